using System.Text.RegularExpressions;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>Decides which files of a folder or archive are manifests, and where the folder of the manifests begins.</summary>
/// <remarks>
/// Every *.yaml, *.yml and *.json file counts, at any depth: people sort manifests into folders. Hidden files do not count. A source tree
/// of kube-prometheus counts from its folder <c>manifests</c> on: the rest of it is examples and the input of jsonnet.
/// </remarks>
internal sealed partial class ManifestLayout
{
    private readonly string _root;

    private ManifestLayout(string root, IReadOnlyList<string> manifests, IReadOnlyList<UnreadFile> unread) =>
        (_root, Manifests, Unread) = (root, manifests, unread);

    /// <summary>The paths of the manifests.</summary>
    public IReadOnlyList<string> Manifests { get; }

    /// <summary>The files that may be manifests and are not read.</summary>
    public IReadOnlyList<UnreadFile> Unread { get; }

    /// <summary>Arranges files.</summary>
    /// <param name="paths">The paths of all files, with <c>/</c>.</param>
    /// <param name="describe">Describes the place of a path, for messages.</param>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.ManifestInvalid"/>: a Helm chart or a kustomization, which another program turns into manifests.
    /// </exception>
    public static ManifestLayout Arrange(IReadOnlyList<string> paths, Func<string, string> describe)
    {
        var own = paths.Where(path => !IsSystemFile(path)).ToList();
        var visible = own.Where(path => !IsHidden(path)).ToList();
        var unread = own.Except(visible).Where(ManifestPath.IsManifest).Select(path => new UnreadFile(path, UnreadReason.Hidden)).ToList();
        var manifests = visible.Where(ManifestPath.IsManifest).ToList();
        var root = FindCommonFolder(manifests);
        var inner = root + ManifestPath.Folder + "/";
        if (IsSourceTree(visible, root) && manifests.Exists(path => path.StartsWith(inner, StringComparison.Ordinal)))
        {
            var outside = manifests.Where(path => !path.StartsWith(inner, StringComparison.Ordinal)).ToList();
            unread.AddRange(outside
                .Where(path => !IsJsonnetInput(path[root.Length..]))
                .Select(path => new UnreadFile(path, UnreadReason.OutsideManifests)));
            manifests = [.. manifests.Except(outside)];
            visible = [.. visible.Where(path => path.StartsWith(inner, StringComparison.Ordinal))];
            root = FindCommonFolder(manifests);
        }

        unread.AddRange(visible
            .Where(path => !ManifestPath.IsManifest(path) && OtherEnding().IsMatch(NameOf(path)))
            .Select(path => new UnreadFile(path, UnreadReason.OtherEnding)));
        ThrowIfForeign(visible, describe);
        return new ManifestLayout(root, manifests, unread);
    }

    /// <summary>The path of a manifest below the folder of the manifests.</summary>
    public string GetPathBelow(string path) => path[_root.Length..];

    /// <summary>Whether no person wrote a file: Finder, Explorer and Kubernetes's volumes put it beside the others.</summary>
    public static bool IsSystemFile(string path) =>
        path.Split('/').Any(segment =>
            segment is "__MACOSX" or ".DS_Store" or ".git" || segment.StartsWith("._", StringComparison.Ordinal)
            || segment.StartsWith("..", StringComparison.Ordinal));

    /// <summary>Whether the name of a file, or of a folder on the way to it, begins with a dot.</summary>
    public static bool IsHidden(string path) => path.Split('/').Any(segment => segment.StartsWith('.'));

    /// <summary>The deepest folder that contains all files, with a slash at its end; empty if there is none.</summary>
    private static string FindCommonFolder(List<string> paths)
    {
        if (paths.Count == 0)
        {
            return "";
        }

        var common = FolderOf(paths[0]);
        while (common.Length > 0 && !paths.TrueForAll(path => path.StartsWith(common, StringComparison.Ordinal)))
        {
            common = FolderOf(common[..^1]);
        }

        return common;
    }

    private static bool IsSourceTree(IEnumerable<string> paths, string root) =>
        paths.Any(path =>
            path == root + "jsonnetfile.json" || path.StartsWith(root + "jsonnet/", StringComparison.Ordinal));

    private static bool IsJsonnetInput(string path) =>
        path.StartsWith("jsonnet/", StringComparison.Ordinal)
        || path.StartsWith("vendor/", StringComparison.Ordinal)
        || path.StartsWith("jsonnetfile.", StringComparison.Ordinal);

    private static void ThrowIfForeign(IReadOnlyList<string> paths, Func<string, string> describe)
    {
        if (paths.FirstOrDefault(path => NameOf(path) == "Chart.yaml") is { } chart)
        {
            throw ManifestErrors.CreateHelmChart($"{describe(chart)} is a Helm chart", describe(chart));
        }

        if (paths.FirstOrDefault(path => NameOf(path) is "kustomization.yaml" or "kustomization.yml" or "Kustomization") is { } file)
        {
            throw ManifestErrors.CreateKustomization(describe(file));
        }
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    // Copies that editors and people leave: a.yaml~, a.yaml.bak, #a.yaml#, a.yaml.j2.
    [GeneratedRegex(@"\.(?:ya?ml|json)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherEnding();
}

/// <summary>Why a file that may be a manifest is not read.</summary>
internal enum UnreadReason
{
    /// <summary>The file or a folder on the way to it is hidden.</summary>
    Hidden,

    /// <summary>The name does not end in .yaml, .yml or .json.</summary>
    OtherEnding,

    /// <summary>The file is in a source tree, outside its folder <c>manifests</c>.</summary>
    OutsideManifests,

    /// <summary>The folder is a link, which may lead anywhere.</summary>
    Link,
}

/// <summary>A file that may be a manifest and is not read.</summary>
internal sealed record UnreadFile(string Path, UnreadReason Reason);
