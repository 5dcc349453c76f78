namespace MilvusMonitoring.KubePrometheus;

/// <summary>What to take of a stack's manifests, and from where their images come.</summary>
/// <param name="ExcludedComponents">Components to leave out.</param>
/// <param name="ImageRegistry">The registry that replaces the one of every image; null for the images' own.</param>
internal sealed record ManifestSelection(IReadOnlyList<string> ExcludedComponents, string? ImageRegistry)
{
    public static ManifestSelection All { get; } = new([], null);
}
