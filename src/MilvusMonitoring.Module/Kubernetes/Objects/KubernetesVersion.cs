namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>A minor version of Kubernetes.</summary>
/// <param name="Major">The major number.</param>
/// <param name="Minor">The minor number.</param>
internal readonly record struct KubernetesVersion(int Major, int Minor) : IComparable<KubernetesVersion>
{
    /// <inheritdoc />
    public int CompareTo(KubernetesVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc />
    public override string ToString() => $"{Major}.{Minor}";
}
