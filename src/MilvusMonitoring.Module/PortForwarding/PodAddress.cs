namespace MilvusMonitoring.PortForwarding;

/// <summary>A port of a pod.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Port">The container's port.</param>
/// <param name="Uid">The pod's UID, because a StatefulSet creates another pod with the same name; null if the UID is not known.</param>
internal sealed record PodAddress(string Namespace, string Pod, int Port, string? Uid = null)
{
    /// <summary><c>Pod/monitoring/prometheus-k8s-0:9090</c>.</summary>
    public override string ToString() => $"Pod/{Namespace}/{Pod}:{Port}";
}
