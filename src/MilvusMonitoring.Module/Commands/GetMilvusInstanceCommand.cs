using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows every Milvus in a cluster: Helm releases, read from the records that Helm keeps there, and resources of the Milvus Operator.
/// Writes nothing if there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusInstance")]
[OutputType(typeof(MilvusInstance))]
public sealed class GetMilvusInstanceCommand : ClusterCommand
{
    /// <summary>The name of the Helm release or of the Operator's resource; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace to search. Default: all namespaces.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var finder = new InstanceFinder(client, output);
        var pattern = NameWildcards.Parse(Name);
        foreach (var instance in await finder.ListWithMonitorsAsync(Namespace, pattern, cancellationToken).ConfigureAwait(false))
        {
            output.Object(instance);
        }
    }
}
