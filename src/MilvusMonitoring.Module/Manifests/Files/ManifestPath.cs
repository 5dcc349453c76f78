namespace MilvusMonitoring.Manifests.Files;

/// <summary>The names of manifests, and their order.</summary>
internal static class ManifestPath
{
    /// <summary>The folder of a release that contains its manifests.</summary>
    public const string Folder = "manifests";

    /// <summary>The folder below it with the objects that must exist first.</summary>
    public const string SetupFolder = "setup";

    /// <summary>Whether the name of a file ends in .yaml, .yml or .json.</summary>
    public static bool IsManifest(string name) =>
        name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Orders files: those in a folder <c>setup</c> first, then by path.</summary>
    public static IReadOnlyList<ManifestFile> Order(IEnumerable<ManifestFile> files) =>
        [
            .. files
                .OrderBy(file => !IsInSetup(file.Path))
                .ThenBy(file => file.Path, StringComparer.Ordinal),
        ];

    private static bool IsInSetup(string path) =>
        path.StartsWith(SetupFolder + "/", StringComparison.Ordinal) || path.Contains($"/{SetupFolder}/", StringComparison.Ordinal);
}
