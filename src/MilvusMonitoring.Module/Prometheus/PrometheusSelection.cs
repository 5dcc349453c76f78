using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

/// <summary>
/// Tells whether the Prometheus resources of a cluster take a monitor up: some installations select by labels, and pass others over in
/// silence.
/// </summary>
internal sealed class PrometheusSelection(ClusterClient client, IActivitySink sink)
{
    /// <summary>Warns where there are Prometheus resources, and none selects the monitor.</summary>
    /// <param name="type">ServiceMonitor or PodMonitor.</param>
    /// <param name="id">The monitor.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task WarnAsync(
        ResourceType type,
        ResourceId id,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        try
        {
            var passedOver = new List<string>();
            await foreach (
                var prometheus in client.ListAsync(ResourceType.Prometheus, null, string.Empty, cancellationToken).ConfigureAwait(false))
            {
                if (await WhyNotAsync(prometheus, type, id.Namespace!, labels, cancellationToken).ConfigureAwait(false) is not { } why)
                {
                    return;
                }

                passedOver.Add(why);
            }

            if (passedOver.Count > 0)
            {
                sink.Warning(
                    $"No Prometheus in the cluster selects {id}: {string.Join(", ", passedOver)}; give it the labels with -AdditionalLabel, or change the selector."
                );
            }
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
        }
    }

    private async Task<string?> WhyNotAsync(
        JsonElement prometheus,
        ResourceType type,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var places = await LabelsOfAsync(client, namespaceName, cancellationToken).ConfigureAwait(false);
        var metadata = prometheus.Member("metadata");
        return MonitorSelection.FindRefusal(prometheus, type.Kind, namespaceName, labels, places) is { } passedOver
            ? $"Prometheus/{metadata.Text("namespace")}/{metadata.Text("name")} {passedOver.Reason}"
            : null;
    }

    /// <summary>The labels of a namespace.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> LabelsOfAsync(
        ClusterClient client,
        string namespaceName,
        CancellationToken cancellationToken) =>
        (
            await client
                .FindMetadataAsync(
                    ResourceType.Namespace,
                    new ResourceId(string.Empty, "Namespace", null, namespaceName),
                    cancellationToken).ConfigureAwait(false)
        )?.Labels
        ?? new Dictionary<string, string>();
}
