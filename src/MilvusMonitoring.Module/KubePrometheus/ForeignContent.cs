using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Lists foreign objects in a stack's namespace, which would be deleted with the namespace.</summary>
internal sealed class ForeignContent(ClusterClient client)
{
    /// <summary>Kinds that people create. Objects that controllers create are left out: controllers create them again.</summary>
    private static readonly ResourceType[] Kinds =
    [
        ResourceType.Deployment,
        ResourceType.StatefulSet,
        ResourceType.DaemonSet,
        ResourceType.Job,
        ResourceType.PersistentVolumeClaim,
        ResourceType.Service,
        ResourceType.ConfigMap,
        ResourceType.Secret,
    ];

    /// <param name="ours">The objects of the stack.</param>
    public async Task<IReadOnlyList<ResourceId>> ListAsync(
        string namespaceName,
        IReadOnlySet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(Kinds.Select(type => ListAsync(type, namespaceName, ours, cancellationToken)))
            .ConfigureAwait(false);
        return [.. found.SelectMany(ids => ids)];
    }

    private async Task<IReadOnlyList<ResourceId>> ListAsync(
        ResourceType type,
        string namespaceName,
        IReadOnlySet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        var found = new List<ResourceId>();
        await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, string.Empty, cancellationToken).ConfigureAwait(false))
        {
            var id = type.IdOf(namespaceName, metadata.Name);
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
