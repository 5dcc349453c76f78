
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

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
