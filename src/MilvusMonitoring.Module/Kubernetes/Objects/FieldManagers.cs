namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Tells who installed objects from who merely works on them.</summary>
internal static class FieldManagers
{
    /// <summary>Parts of Kubernetes and of kube-prometheus that write to objects others made, and restarts.</summary>
    private static readonly HashSet<string> Workers =
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
    ];

    /// <summary>The field managers that wrote the objects themselves, the most frequent first.</summary>
    public static IReadOnlyList<string> WhoApplied(IEnumerable<ObjectMetadata> objects) =>
        [.. objects
            .SelectMany(metadata => metadata.Managers)
            .Where(manager => manager.Subresource.Length == 0 && !Workers.Contains(manager.Manager))
            .GroupBy(manager => manager.Manager, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Key)];
}
