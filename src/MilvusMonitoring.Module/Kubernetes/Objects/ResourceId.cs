namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Which object: API group, kind, namespace and name, the version left out, since every version shows the same object.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; null where the kind has none.</param>
/// <param name="Name">The name.</param>
internal sealed record ResourceId(string Group, string Kind, string? Namespace, string Name)
{
    /// <summary>The name in text: <c>Kind/namespace/name</c>, or <c>Kind/name</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
