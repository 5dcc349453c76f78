using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows what makes Prometheus scrape Milvus: ServiceMonitors and, for the Milvus Operator, PodMonitors, with the Services they select and
/// how many endpoints are ready.
/// Writes nothing if there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusServiceMonitor", DefaultParameterSetName = NameSet)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class GetMilvusServiceMonitorCommand : ClusterCommand
{
    private const string NameSet = "Name";
    private const string AllSet = "AllNamespaces";
    private const string InstanceSet = "Instance";

    /// <summary>The name of the monitor; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = AllSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The namespace to search. Default: the namespace of the context.</summary>
    [Parameter(ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>Searches all namespaces.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter AllNamespaces { get; set; }

    /// <summary>A Milvus whose monitors to show, from Get-MilvusInstance.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InstanceSet, ValueFromPipeline = true)]
    [InstanceCopy]
    public MilvusInstance? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var reader = new MonitorReader(client, output);
        var place = AllNamespaces ? null : Namespace ?? client.Connection.DefaultNamespace;
        var monitors = InputObject is { } instance
            ? await reader
                .ListForInstanceAsync(instance.Namespace, instance.Name, instance.MonitorName, cancellationToken)
                .ConfigureAwait(false)
            : await reader.ListAsync(place, NameWildcards.Parse(Name), cancellationToken).ConfigureAwait(false);
        if (monitors.Count == 0)
        {
            await DescribeOthersAsync(reader, place, output, cancellationToken).ConfigureAwait(false);
        }

        await foreach (var shown in reader.ShowAsync(monitors, cancellationToken).ConfigureAwait(false))
        {
            output.Object(shown);
        }
    }

    /// <summary>Says of an empty result where monitors are: a user who names no namespace may not know that one is searched.</summary>
    private async Task DescribeOthersAsync(MonitorReader reader, string? place, CommandOutput output, CancellationToken cancellationToken)
    {
        var isDefault = InputObject is null && Namespace is null && place is not null;
        var others = isDefault
            ? await reader.ListAsync(null, cancellationToken).ListIfPermittedAsync(output).ConfigureAwait(false)
            : [];
        var namespaces = others.Select(monitor => monitor.Metadata.Namespace).Distinct().Order(StringComparer.Ordinal).ToList();
        if (namespaces.Count > 0)
        {
            output.Warning(
                $"No monitor of Milvus that matches is in namespace {place}, the only one searched. Others are in: "
                    + $"{string.Join(", ", namespaces)}; give -Namespace, or -AllNamespaces.");
        }
        else
        {
            output.Verbose("There is no such monitor of Milvus.");
        }
    }
}
