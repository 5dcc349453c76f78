using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Stacks;

/// <summary>Which of several Grafanas belongs to a stack.</summary>
internal static class GrafanaRule
{
    /// <summary>Chooses a Grafana in the namespace of the stack: that of its release or of its manifests, else the only one.</summary>
    /// <param name="candidates">The Deployments or Services of Grafanas.</param>
    /// <param name="place">The namespace of the stack.</param>
    /// <param name="release">The Helm release of the stack; null if there is none.</param>
    /// <param name="kind">The kind of the stack.</param>
    /// <returns>The Grafana; default if there is none, or if none of several shows that it is the stack's.</returns>
    public static T? Choose<T>(
        IEnumerable<T> candidates,
        Func<T, string> namespaceOf,
        Func<T, ObjectMetadata> metadataOf,
        string place,
        string? release,
        MonitoringStackKind kind)
    {
        var near = candidates.Where(candidate => namespaceOf(candidate) == place).ToList();
        var own = near.Where(candidate => IsOf(metadataOf(candidate), release, kind)).ToList();
        return own.Count > 0 || near.Count == 1 ? own.Concat(near).FirstOrDefault() : default;
    }

    private static bool IsOf(ObjectMetadata metadata, string? release, MonitoringStackKind kind)
    {
        if (release is not null)
        {
            return StackOrigin.FindRelease(metadata) == release
                || metadata.Labels.GetValueOrDefault("app.kubernetes.io/instance") == release;
        }

        return kind == MonitoringStackKind.KubePrometheus
            && (metadata.Labels.GetValueOrDefault("app.kubernetes.io/part-of") == "kube-prometheus"
                || (metadata.Name == "grafana" && StackOrigin.FindKeeper(metadata) is null));
    }
}
