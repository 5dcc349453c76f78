using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>A release of kube-prometheus.</summary>
/// <param name="Version">The tag: <c>v0.18.0</c>.</param>
/// <param name="Released">The day of the release.</param>
/// <param name="OldestKubernetes">The oldest Kubernetes that the release is tested against.</param>
/// <param name="NewestKubernetes">The newest Kubernetes that the release is tested against.</param>
/// <param name="ManifestsTreeId">The git tree id of the folder <c>manifests/</c>: SHA-1, 40 hexadecimal digits.</param>
internal sealed record Release(
    string Version,
    DateOnly Released,
    KubernetesVersion OldestKubernetes,
    KubernetesVersion NewestKubernetes,
    string ManifestsTreeId)
{
    /// <summary>The version without its <c>v</c>: <c>0.18.0</c>.</summary>
    public string Number => Version[1..];

    /// <summary>Whether the release is tested against a Kubernetes version.</summary>
    public bool Supports(KubernetesVersion kubernetes) =>
        kubernetes.CompareTo(OldestKubernetes) >= 0 && kubernetes.CompareTo(NewestKubernetes) <= 0;
}
