using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows every Milvus in a cluster: Helm releases, read from the records that Helm keeps there, and resources of the Milvus Operator.
/// Nothing is written where there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusInstance")]
[OutputType(typeof(MilvusInstance))]
public sealed class GetMilvusInstanceCommand : ClusterCommand
{
    /// <summary>The name of the Helm release or of the Operator's resource; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace to search; without it all namespaces.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var finder = new InstanceFinder(client, output);
        var pattern = WildcardPattern.Get(Name ?? "*", WildcardOptions.IgnoreCase);
        var found = await finder.FindAsync(Namespace, pattern.IsMatch, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && Name is not null && !WildcardPattern.ContainsWildcardCharacters(Name))
        {
            found = [await finder.FindOneAsync(Name, Namespace, cancellationToken).ConfigureAwait(false)];
        }

        foreach (var instance in await MonitorPresence.AddMonitorStateAsync(client, found, cancellationToken).ConfigureAwait(false))
        {
            output.Object(instance);
        }
    }
}
