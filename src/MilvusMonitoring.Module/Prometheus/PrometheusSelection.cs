
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
            if (Find(server, labels) is not { } passedOver)
            {
                return null;
            }

            var all = new Dictionary<string, string>(labels, StringComparer.Ordinal);
            foreach (var (name, value) in passedOver.Labels)
            {
                all[name] = value;
            }

            if (passedOver.Labels.Count > 0 && Find(server, all) is null)
            {
                var missing = passedOver.Labels.Where(label => labels.GetValueOrDefault(label.Key) != label.Value);
                found.Add(new SelectingLabels(missing.ToDictionary(label => label.Key, label => label.Value), server.ToString()));
            }
        }

        return found.DistinctBy(item => Describe(item.Labels)).Count() == 1 ? found[0] : null;

        async Task<IReadOnlyDictionary<string, string>?> FindNamespaceLabelsAsync() =>
            await ReadLabelsAsync(client, namespaceName, cancellationToken).ConfigureAwait(false);

        PassedOver? Find(PrometheusServer server, IReadOnlyDictionary<string, string> given) =>
            MonitorSelection.FindRefusal(server.Json, kind, namespaceName, given, namespaceLabels);
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
