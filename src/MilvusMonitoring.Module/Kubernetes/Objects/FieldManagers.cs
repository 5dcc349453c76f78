namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Separates the installers of objects from the controllers that update them.</summary>
internal static class FieldManagers
{
    /// <summary>The controllers of Kubernetes and kube-prometheus, which update objects of others, and restarts.</summary>
    private static readonly HashSet<string> Controllers =
    [
        "kube-controller-manager",
        "kube-apiserver",
        "kube-scheduler",
        "kubelet",
        "PrometheusOperator",
        "operator",
        "prometheus-operator",
        "adapter",
        "kubectl-rollout",
        FieldManagerEntry.RestartName,
        FieldManagerEntry.DashboardsName,
    ];

    /// <summary>Whether an entry is a controller's, not that of whoever installed the object.</summary>
    public static bool IsController(FieldManagerEntry manager) => Controllers.Contains(manager.Manager);

    /// <summary>Lists the field managers that wrote the objects themselves, the most frequent first.</summary>
    public static IReadOnlyList<string> ListAppliers(IEnumerable<ObjectMetadata> objects) =>
        [.. objects
            .SelectMany(metadata => metadata.Managers)
            .Where(manager => manager.Subresource.Length == 0 && !IsController(manager))
            .GroupBy(manager => manager.Manager, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Key)];
}
