using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>Reads the resources of the Milvus Operator, and turns their metrics on.</summary>
internal sealed class OperatorResources(ClusterClient client)
{
    /// <summary>Lists the resources; none if the cluster does not know the kind.</summary>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        ObservedObjects observed,
        CancellationToken cancellationToken)
    {
        var found = new List<FoundInstance>();
        var resources = client.ListAsync(MilvusTypes.OperatorMilvus, namespaceName, string.Empty, cancellationToken);
        await foreach (var resource in resources.ConfigureAwait(false))
        {
            if (resource.Member("metadata").Text("name") is { } name && isWanted(name))
            {
                found.Add(Read(resource, name, observed));
            }
        }

        return found;
    }

    /// <summary>Turns the metrics of a resource on, and sets their interval; the Operator then makes its PodMonitor.</summary>
    /// <param name="instance">The Milvus of the resource.</param>
    /// <param name="interval">The scrape interval; null to leave it as it is.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task EnableMetricsAsync(MilvusInstance instance, string? interval, CancellationToken cancellationToken)
    {
        var id = MilvusTypes.OperatorMilvus.IdOf(instance.Namespace, instance.Name);
        var components = new JsonObject { ["disableMetric"] = false };
        if (interval is not null)
        {
            components["metricInterval"] = interval;
        }

        var patch = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["spec"] = new JsonObject { ["components"] = components } });
        var result = await client.MergeAsync(MilvusTypes.OperatorMilvus, id, patch, cancellationToken).ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"turn the metrics of {id} on", id.ToString());
        }
    }

    /// <summary>
    /// Lists the resources of kinds that only old versions of the Operator have. A newer Operator serves those of the kind Milvus in the
    /// newer version too.
    /// </summary>
    public async Task<IReadOnlyList<ResourceId>> ListUnsupportedAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var versions = await ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<ResourceId>();
        foreach (var type in MilvusTypes.Unsupported.Where(type => versions.Contains(type.Version)))
        {
            if (type.Kind == MilvusTypes.OperatorMilvus.Kind && versions.Contains(MilvusTypes.OperatorMilvus.Version))
            {
                continue;
            }

            await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, string.Empty, cancellationToken)
                .ConfigureAwait(false))
            {
                found.Add(type.IdOf(metadata.Namespace, metadata.Name));
            }
        }

        return found;
    }

    /// <summary>Sets labels on the PodMonitor of a resource: the Operator keeps the labels that it does not set itself.</summary>
    public async Task SetLabelsAsync(ResourceId monitor, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var patch = JsonSerializer.SerializeToUtf8Bytes(new { metadata = new { labels } });
        var result = await client.MergeAsync(ResourceType.PodMonitor, monitor, patch, cancellationToken).ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"set the labels of {monitor}", monitor.ToString());
        }
    }

    private async Task<IReadOnlySet<string>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        var path = $"/apis/{MilvusTypes.OperatorMilvus.Group}";
        var group = await client.FindDocumentAsync(path, "application/json", cancellationToken).ConfigureAwait(false);
        if (group is null)
        {
            return new HashSet<string>();
        }

        using var document = ClusterClient.ParseResponse(group.Value, path);
        return document.RootElement.Items("versions").Select(version => version.Text("version")).OfType<string>().ToHashSet();
    }

    private FoundInstance Read(JsonElement resource, string name, ObservedObjects observed)
    {
        var place = resource.Member("metadata").Text("namespace")!;
        var objects = observed.Objects.FirstOrDefault(objects =>
            objects.Namespace == place && (objects.OperatorResource ?? objects.Instance) == name);
        var components = resource.Member("spec", "components");
        var status = resource.Member("status");
        var instance = new MilvusInstance
        {
            Name = name,
            Namespace = place,
            Mode = resource.Member("spec").Text("mode") == "cluster" ? MilvusMode.Cluster : MilvusMode.Standalone,
            AppVersion = objects?.RunningVersion ?? ReadVersion(components, status),
            ManagedBy = MilvusManager.Operator,
            Status = status.Text("status") is { Length: > 0 } state ? state : "Unknown",
            RunningPods = objects?.RunningPods,
            MetricsEnabled = components.Member("disableMetric").ValueKind != JsonValueKind.True,
            MonitorKind = ResourceType.PodMonitor.Kind,
            MonitorName = name,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
        return new FoundInstance(instance, null, null) { Objects = objects, MetricInterval = components.Text("metricInterval") };
    }

    private static string? ReadVersion(JsonElement components, JsonElement status) =>
        components.Text("version") is { Length: > 0 } version
            ? version
            : ObservedPod.FindTag(status.Text("currentImage") ?? components.Text("image"));
}
