using System.Text.Json;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Milvus;

/// <summary>Tells whether the Prometheus resources of a cluster take a monitor up: some installations select by labels, and pass others over in silence.</summary>
internal sealed class PrometheusSelection(ClusterClient client, IActivitySink sink)
{
    /// <summary>Warns where there are Prometheus resources, and none selects the monitor.</summary>
    /// <param name="type">ServiceMonitor or PodMonitor.</param>
    /// <param name="id">The monitor.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task WarnAsync(ResourceType type, ResourceId id, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        try
        {
            var field = type.Kind == "PodMonitor" ? "podMonitor" : "serviceMonitor";
            var passedOver = new List<string>();
            await foreach (var prometheus in client.ListAsync(ResourceType.Prometheus, null, string.Empty, cancellationToken).ConfigureAwait(false))
            {
                if (await WhyNotAsync(prometheus, field, id.Namespace!, labels, cancellationToken).ConfigureAwait(false) is not { } why)
                {
                    return;
                }

                passedOver.Add(why);
            }

            if (passedOver.Count > 0)
            {
                sink.Warning($"No Prometheus in the cluster selects {id}: {string.Join(", ", passedOver)}; give it the labels with -AdditionalLabel, or change the selector.");
            }
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
        }
    }

    private async Task<string?> WhyNotAsync(JsonElement prometheus, string field, string namespaceName, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var (spec, metadata) = (prometheus.Member("spec"), prometheus.Member("metadata"));
        var name = $"Prometheus/{metadata.Text("namespace")}/{metadata.Text("name")}";
        var selector = spec.Member(field + "Selector");
        if (!LabelSelector.Selects(selector, labels))
        {
            return selector.ValueKind == JsonValueKind.Object ? $"{name} selects {LabelSelector.Describe(selector)}" : $"{name} has no {field}Selector";
        }

        var places = spec.Member(field + "NamespaceSelector");
        if (places.ValueKind != JsonValueKind.Object)
        {
            return metadata.Text("namespace") == namespaceName ? null : $"{name} looks in its own namespace only";
        }

        return places.EnumerateObject().Any() && !LabelSelector.Selects(places, await LabelsOfAsync(namespaceName, cancellationToken).ConfigureAwait(false))
            ? $"{name} looks in namespaces with {LabelSelector.Describe(places)} only"
            : null;
    }

    private async Task<IReadOnlyDictionary<string, string>> LabelsOfAsync(string namespaceName, CancellationToken cancellationToken) =>
        (await client.FindMetadataAsync(ResourceType.Namespace, new ResourceId(string.Empty, "Namespace", null, namespaceName), cancellationToken).ConfigureAwait(false))?.Labels
        ?? new Dictionary<string, string>();
}
