using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>Reads the resources of the Milvus Operator, and turns their metrics on.</summary>
internal sealed class OperatorResources(ClusterClient client)
{
    private static readonly byte[] MetricsOn = """{"spec":{"components":{"disableMetric":false}}}"""u8.ToArray();

    /// <summary>Lists the resources; none if the cluster does not know the kind.</summary>
    public async Task<IReadOnlyList<FoundInstance>> ListAsync(
        string? namespaceName,
        Func<string, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var found = new List<FoundInstance>();
        var resources = client.ListAsync(MilvusTypes.OperatorMilvus, namespaceName, string.Empty, cancellationToken);
        await foreach (var resource in resources.ConfigureAwait(false))
        {
            if (resource.Member("metadata").Text("name") is { } name && isWanted(name))
            {
                found.Add(new FoundInstance(Read(resource, name), null, null));
            }
        }

        return found;
    }

    /// <summary>Turns the metrics of a resource on; the Operator then makes its PodMonitor.</summary>
    public async Task EnableMetricsAsync(MilvusInstance instance, CancellationToken cancellationToken)
    {
        var id = MilvusTypes.OperatorMilvus.IdOf(instance.Namespace, instance.Name);
        var result = await client.MergeAsync(MilvusTypes.OperatorMilvus, id, MetricsOn, cancellationToken).ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            throw ClusterErrors.From(failure, $"turn the metrics of {id} on", id.ToString());
        }
    }

    private MilvusInstance Read(JsonElement resource, string name)
    {
        var components = resource.Member("spec", "components");
        return new MilvusInstance
        {
            Name = name,
            Namespace = resource.Member("metadata").Text("namespace")!,
            Mode = resource.Member("spec").Text("mode") == "cluster" ? MilvusMode.Cluster : MilvusMode.Standalone,
            AppVersion = components.Text("version") is { Length: > 0 } version
                ? version
                : FindTag(resource.Member("status").Text("currentImage") ?? components.Text("image")),
            ManagedBy = MilvusManager.Operator,
            Status = resource.Member("status").Text("status") is { Length: > 0 } status ? status : "Unknown",
            MetricsEnabled = components.Member("disableMetric").ValueKind != JsonValueKind.True,
            MonitorKind = ResourceType.PodMonitor.Kind,
            MonitorName = name,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
    }

    /// <summary>The tag of <c>registry:5000/milvusdb/milvus:v2.6.15@sha256:…</c>.</summary>
    private static string? FindTag(string? image)
    {
        var file = image?.Split('@')[0].Split('/')[^1].Split(':');
        return file is [_, { Length: > 0 } tag] ? tag : null;
    }
}
