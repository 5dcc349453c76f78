using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Finds what others have put into a stack's namespace and would lose with it.</summary>
internal sealed class ForeignContent(ClusterClient client)
{
    /// <summary>What people make and would miss; what controllers make is made again.</summary>
    private static readonly ResourceType[] Kinds =
    [
        new("apps", "v1", "deployments", "Deployment", true),
        new("apps", "v1", "statefulsets", "StatefulSet", true),
        new("apps", "v1", "daemonsets", "DaemonSet", true),
        new("batch", "v1", "jobs", "Job", true),
        new(string.Empty, "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true),
        new(string.Empty, "v1", "services", "Service", true),
        new(string.Empty, "v1", "configmaps", "ConfigMap", true),
        new(string.Empty, "v1", "secrets", "Secret", true),
    ];

    /// <summary>Finds it.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="ours">The objects of the stack.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<ResourceId>> FindForeignObjectsAsync(
        string namespaceName,
        IReadOnlySet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(Kinds.Select(type => FindForeignObjectsAsync(type, namespaceName, ours, cancellationToken)))
            .ConfigureAwait(false);
        return [.. found.SelectMany(ids => ids)];
    }

    private async Task<IReadOnlyList<ResourceId>> FindForeignObjectsAsync(
        ResourceType type,
        string namespaceName,
        IReadOnlySet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        var found = new List<ResourceId>();
        await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, string.Empty, cancellationToken).ConfigureAwait(false))
        {
            var id = new ResourceId(type.Group, type.Kind, namespaceName, metadata.Name);
            if (!ours.Contains(id) && !IsMadeByTheClusterOrTheStack(metadata))
            {
                found.Add(id);
            }
        }

        return found;
    }

    private static bool IsMadeByTheClusterOrTheStack(ObjectMetadata metadata) =>
        metadata.HasOwner
        || metadata.DeletionTimestamp is not null
        || metadata.Name is "kube-root-ca.crt" or InventoryDocument.Name
        || metadata.Annotations.ContainsKey("kubernetes.io/service-account.name")
        || metadata.Labels.ContainsKey("operator.prometheus.io/name")
        || metadata.Labels.GetValueOrDefault("managed-by") == "prometheus-operator"
        || metadata.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") == "prometheus-operator"
        || metadata.Labels.GetValueOrDefault("app.kubernetes.io/part-of") == "kube-prometheus";
}
