using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>A release of kube-prometheus.</summary>
/// <param name="Version">Its tag: <c>v0.18.0</c>.</param>
/// <param name="Released">The day of its release.</param>
/// <param name="OldestKubernetes">The oldest Kubernetes it is tested against.</param>
/// <param name="NewestKubernetes">The newest Kubernetes it is tested against.</param>
/// <param name="ManifestsTreeId">The git tree id of its <c>manifests/</c> folder: SHA-1, 40 hexadecimal digits.</param>
internal sealed record Release(
    string Version,
    DateOnly Released,
    KubernetesVersion OldestKubernetes,
    KubernetesVersion NewestKubernetes,
    string ManifestsTreeId)
{
    /// <summary>The version without its <c>v</c>: <c>0.18.0</c>.</summary>
    public string Number => Version[1..];

    /// <summary>Whether it is tested against a Kubernetes version.</summary>
    /// <param name="kubernetes">The version.</param>
    /// <returns>True where it is.</returns>
    public bool Supports(KubernetesVersion kubernetes) =>
        kubernetes.CompareTo(OldestKubernetes) >= 0 && kubernetes.CompareTo(NewestKubernetes) <= 0;
}
