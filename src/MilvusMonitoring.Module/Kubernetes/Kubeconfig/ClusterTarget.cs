namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>Which cluster the user named.</summary>
/// <param name="Kubeconfig">The path of a kubeconfig, or several as in <c>KUBECONFIG</c>; null for the default.</param>
/// <param name="Context">The context; null for the current one.</param>
internal sealed record ClusterTarget(string? Kubeconfig, string? Context);
