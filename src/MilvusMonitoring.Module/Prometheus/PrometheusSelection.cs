
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

/// <summary>The labels by which a Prometheus would select a monitor.</summary>
/// <param name="Labels">The labels that the monitor lacks.</param>
/// <param name="Prometheus">The Prometheus: <c>Prometheus/kps/kps-prometheus</c>.</param>
internal sealed record SelectingLabels(IReadOnlyDictionary<string, string> Labels, string Prometheus);

/// <summary>
/// Tells whether the Prometheus resources of a cluster select a monitor. Some installations select by labels, and ignore all other monitors
/// silently.
/// </summary>
internal sealed class PrometheusSelection(ClusterClient client, IActivitySink sink)
{
    /// <summary>Warns if there are Prometheus resources, and none of them selects the monitor.</summary>
    /// <param name="type">ServiceMonitor or PodMonitor.</param>
    /// <param name="id">The monitor.</param>
    /// <param name="labels">The monitor's labels.</param>
    public async Task WarnAsync(
        ResourceType type,
        ResourceId id,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var reasons = await ListReasonsAsync(type, id.Namespace!, labels, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false);
        if (reasons is { Count: > 0 })
        {
            sink.Warning(
                $"No Prometheus in the cluster selects {id}: {string.Join(", ", reasons)}; "
                + "give the monitor the labels with -AdditionalLabel, or change the selector.");
        }
    }

    /// <summary>
    /// Finds the labels that a monitor needs to be selected; null if a Prometheus selects it as it is, if labels do not help, or if
    /// several Prometheus resources ask for different labels.
    /// </summary>
    /// <param name="choice">The Prometheus that is to select it.</param>
    /// <param name="kind"><c>ServiceMonitor</c> or <c>PodMonitor</c>.</param>
    /// <param name="namespaceName">The monitor's namespace.</param>
    /// <param name="labels">The labels that the monitor has.</param>
    public async Task<SelectingLabels?> FindLabelsAsync(
        PrometheusChoice choice,
        string kind,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var servers = await new PrometheusFinder(client)
            .ListAsync(choice, cancellationToken)
            .ListIfPermittedAsync(sink).ConfigureAwait(false);
        if (servers.Count == 0)
        {
            return null;
        }

        var namespaceLabels = await FindNamespaceLabelsAsync().IfPermittedAsync(sink).ConfigureAwait(false);
        var found = new List<SelectingLabels>();
        foreach (var server in servers)
        {
            switch (MonitorSelection.FindMissingLabels(server.Json, kind, namespaceName, labels, namespaceLabels))
            {
                case { Count: 0 }:
                    return null;
                case { } missing:
                    found.Add(new SelectingLabels(missing, server.ToString()));
                    break;
            }
        }

        return found.DistinctBy(item => Describe(item.Labels)).Count() == 1 ? found[0] : null;

        async Task<IReadOnlyDictionary<string, string>?> FindNamespaceLabelsAsync() =>
            await ReadLabelsAsync(client, namespaceName, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds where a PrometheusRule of a Milvus is selected, and by which labels: in the namespace of the Milvus, or else beside the
    /// Prometheus, which may select rules there only.
    /// </summary>
    /// <param name="choice">The Prometheus that is to select it.</param>
    /// <param name="monitor">The monitor of the Milvus: of several Prometheus resources that which selects it has the series.</param>
    /// <param name="labels">The labels that the PrometheusRule has.</param>
    public async Task<RulePlace> FindRulePlaceAsync(
        PrometheusChoice choice,
        MonitorChoice monitor,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var finder = new PrometheusFinder(client);
        var servers = await finder.ListSelectingAsync(choice, monitor, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        var places = servers.Select(server => server.Namespace).Prepend(monitor.Namespace).Distinct(StringComparer.Ordinal);
        var namespaceLabels = new Dictionary<string, IReadOnlyDictionary<string, string>?>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            namespaceLabels[place] = await FindNamespaceLabelsAsync(place).IfPermittedAsync(sink).ConfigureAwait(false);
        }

        return RulePlaceRule.Choose(servers, monitor.Namespace, labels, namespaceLabels);

        async Task<IReadOnlyDictionary<string, string>?> FindNamespaceLabelsAsync(string place) =>
            await ReadLabelsAsync(client, place, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Labels as kubectl writes them: <c>release=kps</c>.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> labels) => string.Join(
        ',',
        labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    /// <summary>Reads the labels of a namespace; empty if it does not exist.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadLabelsAsync(
        ClusterClient client,
        string namespaceName,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.Namespace.IdOf(null, namespaceName);
        var metadata = await client.FindMetadataAsync(ResourceType.Namespace, id, cancellationToken).ConfigureAwait(false);
        return metadata?.Labels ?? new Dictionary<string, string>();
    }

    /// <summary>Lists why each Prometheus resource does not select the monitor; null if one of them selects it.</summary>
    private async Task<IReadOnlyList<string>?> ListReasonsAsync(
        ResourceType type,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        var resources = client.ListAsync(ResourceType.Prometheus, null, string.Empty, cancellationToken);
        await foreach (var prometheus in resources.ConfigureAwait(false))
        {
            var namespaceLabels = await ReadLabelsAsync(client, namespaceName, cancellationToken).ConfigureAwait(false);
            if (MonitorSelection.FindRefusal(prometheus, type.Kind, namespaceName, labels, namespaceLabels) is not { } passedOver)
            {
                return null;
            }

            var metadata = prometheus.Member("metadata");
            reasons.Add($"Prometheus/{metadata.Text("namespace")}/{metadata.Text("name")} {passedOver.Reason}");
        }

        return reasons;
    }
}
