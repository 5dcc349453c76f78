namespace MilvusMonitoring.Manifests.Files;

/// <summary>Which files of a release are its manifests: those directly in <c>manifests/</c> and in <c>manifests/setup/</c>.</summary>
internal static class ManifestPath
{
    /// <summary>The folder of a release that holds its manifests.</summary>
    public const string Folder = "manifests";

    /// <summary>The folder below it with what must be there first.</summary>
    public const string SetupFolder = "setup";

    /// <summary>Whether a file is YAML or JSON, by its name.</summary>
    /// <param name="name">The name of the file.</param>
    /// <returns>True where it ends in .yaml, .yml or .json.</returns>
    public static bool IsManifest(string name) =>
        name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Orders files: <c>setup/</c> first, then by name.</summary>
    /// <param name="files">The files.</param>
    /// <returns>The same files, ordered.</returns>
    public static IReadOnlyList<ManifestFile> Ordered(IEnumerable<ManifestFile> files) =>
        [
            .. files
                .OrderBy(file => !file.Path.StartsWith(SetupFolder + "/", StringComparison.Ordinal))
                .ThenBy(file => file.Path, StringComparer.Ordinal),
        ];
}
