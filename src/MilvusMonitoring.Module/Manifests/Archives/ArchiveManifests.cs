using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>
/// Gathers the manifests among the entries of an archive, of which nothing is trusted, and finds the folder that holds them.
/// </summary>
internal sealed class ArchiveManifests
{
    private readonly string _archive;
    private readonly Dictionary<string, List<ManifestFile>> _byFolder = new(StringComparer.Ordinal);
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private int _entries;
    private long _manifestBytes;

    /// <summary>Creates an empty collection.</summary>
    /// <param name="archive">The archive, for messages.</param>
    public ArchiveManifests(string archive)
    {
        _archive = archive;
    }

    /// <summary>Checks the name of an entry and says whether its content is wanted.</summary>
    /// <param name="name">The name as it stands in the archive.</param>
    /// <returns>The folder of the manifests and the path below it; null where the entry is passed over.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/>: one entry too many, or a name that leads out of the
    /// archive.</exception>
    public (string Folder, string Path)? Accept(string name)
    {
        if (++_entries > ArchiveLimits.MaximumEntries)
        {
            throw Invalid($"has more than {ArchiveLimits.MaximumEntries} entries");
        }

        var path = name.Replace('\\', '/');
        if (path is ['/', ..] or [_, ':', ..])
        {
            throw Invalid($"holds '{Shown(name)}', an absolute path");
        }

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".").ToList();
        if (segments.Contains(".."))
        {
            throw Invalid($"holds '{Shown(name)}', a path that leads out of the archive");
        }

        if (path.EndsWith('/') || segments.Count == 0 || !ManifestPath.IsManifest(segments[^1]))
        {
            return null;
        }

        var inSetup = segments.Count > 1 && segments[^2] == ManifestPath.SetupFolder;
        var below = inSetup ? 2 : 1;
        var folder = string.Join('/', segments.SkipLast(below));

        // [kube-prometheus-x/][manifests/][setup/]file
        return segments.Count - below <= 2 ? (folder, string.Join('/', segments.TakeLast(below))) : null;
    }

    /// <summary>Adds a file that <see cref="Accept"/> wanted.</summary>
    /// <param name="place">What <see cref="Accept"/> gave.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/>: too much in all, or a second file of that
    /// name.</exception>
    public void Add((string Folder, string Path) place, byte[] content)
    {
        _manifestBytes += content.Length;
        if (_manifestBytes > ArchiveLimits.MaximumManifestBytes)
        {
            throw Invalid($"holds more than {ArchiveLimits.MaximumManifestBytes / 1048576} MB of manifests");
        }

        if (!_paths.Add(place.Folder + "/" + place.Path))
        {
            throw Invalid($"holds '{Shown(place.Path)}' twice");
        }

        if (!_byFolder.TryGetValue(place.Folder, out var files))
        {
            _byFolder[place.Folder] = files = [];
        }

        files.Add(new ArchivedFile(place.Path, content));
    }

    /// <summary>The manifests: of a folder named <c>manifests</c>, or else of the archive's own top.</summary>
    /// <returns>The files, ordered.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestNotFound"/>, or <see cref="ErrorId.ArchiveInvalid"/> where several
    /// folders could be meant.</exception>
    public IReadOnlyList<ManifestFile> Files()
    {
        var named = _byFolder
            .Keys.Where(folder => folder == ManifestPath.Folder || folder.EndsWith("/" + ManifestPath.Folder, StringComparison.Ordinal))
            .ToList();
        var candidates =
            named.Count > 0 ? named
            : _byFolder.ContainsKey("") ? [""]
            : [.. _byFolder.Keys.Where(folder => !folder.Contains('/', StringComparison.Ordinal))];
        return candidates.Count switch
        {
            1 => ManifestPath.Ordered(_byFolder[candidates[0]]),
            0 => throw new MonitoringException(
                ErrorId.ManifestNotFound,
                $"The archive {_archive} holds no manifests: looked for *.yaml, *.yml and *.json in manifests/, manifests/setup/, its top folder and setup/. Give the archive of a kube-prometheus release, or the folder with its manifests.",
                _archive),
            _ => throw Invalid(
                $"holds manifests in several folders ({string.Join(", ", candidates.Order(StringComparer.Ordinal).Take(3).Select(folder => $"'{Shown(folder)}'"))})"
            ),
        };
    }

    /// <summary>The error for an archive that is damaged or unsafe.</summary>
    /// <param name="reason">What is wrong with it; no full stop.</param>
    /// <param name="innerException">The cause, if another exception was one.</param>
    /// <returns>The error.</returns>
    public MonitoringException Invalid(string reason, Exception? innerException = null) =>
        new(
            ErrorId.ArchiveInvalid,
            $"The archive {_archive} {reason}. Nothing was unpacked or applied",
            "get the release again from a source you trust",
            _archive,
            innerException);

    /// <summary>A name out of the archive as it can be shown: one line, no control characters, not too long.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The text.</returns>
    public static string Shown(string name)
    {
        const int longest = 120;
        var clean = string.Concat(name.Take(longest).Select(character => char.IsControl(character) ? '?' : character));
        return name.Length > longest ? clean + "..." : clean;
    }
}
