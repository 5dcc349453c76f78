using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows what makes Prometheus scrape Milvus: ServiceMonitors and, for the Milvus Operator, PodMonitors, with the Services they select and
/// how many endpoints are ready.
/// Nothing is written where there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusServiceMonitor", DefaultParameterSetName = NameSet)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class GetMilvusServiceMonitorCommand : ClusterCommand
{
    private const string NameSet = "Name";
    private const string AllSet = "AllNamespaces";
    private const string InstanceSet = "Instance";

    /// <summary>The name of the monitor; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = AllSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace to search; without it the namespace of the context.</summary>
    [Parameter(ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>Searches all namespaces.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter AllNamespaces { get; set; }

    /// <summary>A Milvus whose monitors to show, from Get-MilvusInstance.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InstanceSet, ValueFromPipeline = true)]
    public MilvusInstance? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var namespaceName = ParameterSetName switch
        {
            AllSet => null,
            InstanceSet => InputObject!.Namespace,
            _ => Namespace ?? client.Connection.DefaultNamespace,
        };
        var reader = new MonitorReader(client, output);
        var all = await reader.ListAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        var name = ParameterSetName == InstanceSet ? null : Name;
        var pattern = WildcardPattern.Get(name ?? "*", WildcardOptions.IgnoreCase);
        var wanted = all.Where(monitor =>
                ParameterSetName == InstanceSet ? monitor.Instance == InputObject!.Name : pattern.IsMatch(monitor.Metadata.Name))
            .ToList();
        if (wanted.Count == 0 && name is not null && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            var place = namespaceName is null ? client.Connection.Context : $"namespace {namespaceName}";
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"There is no monitor of Milvus named '{name}' in {place}",
                NameSuggestions.Describe(name, all.Select(monitor => monitor.Metadata.Name).Distinct()),
                name);
        }

        foreach (var monitor in wanted)
        {
            output.Object(await reader.ShowAsync(monitor, cancellationToken).ConfigureAwait(false));
        }
    }
}
