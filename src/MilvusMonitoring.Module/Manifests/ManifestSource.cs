using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests;

/// <summary>Reads the manifest files of a folder, an archive or a single file.</summary>
internal static class ManifestSource
{
    /// <summary>Reads the manifest files, at any depth; see <see cref="ManifestLayout"/>.</summary>
    /// <param name="path">A folder, a gzipped tar, a zip (both recognised by their content) or a .yaml, .yml or .json file.</param>
    /// <returns>The files, those in a folder <c>setup</c> first, then by path.</returns>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.ManifestNotFound"/>, <see cref="ErrorId.ManifestInvalid"/> or <see cref="ErrorId.ArchiveInvalid"/>.
    /// </exception>
    public static async Task<ManifestFiles> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(path)
                ? ReadFolder(path, cancellationToken)
                : await ReadFileAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ManifestErrors.CreateUnreadable(path, exception);
        }
    }

    private static ManifestFiles ReadFolder(string path, CancellationToken cancellationToken)
    {
        var unread = new List<UnreadFile>();
        var layout = ManifestLayout.Arrange(ListPaths(path, unread, cancellationToken), file => Path.Combine(path, file));
        unread.AddRange(layout.Unread);
        var manifests = layout.Manifests.Select(file => new FolderFile(layout.GetPathBelow(file), Path.Combine(path, file))).ToList();
        ThrowIfTooMany(manifests, path);
        var files = new ManifestFiles(manifests, unread);
        return files.Count > 0
            ? files
            : throw ManifestErrors.CreateNotFound(
                $"{path} contains no manifests: searched for *.yaml, *.yml and *.json in it and in the folders below it"
                    + (files.DescribeUnread() is { } more ? $" ({more})" : ""),
                path);
    }

    private static void ThrowIfTooMany(List<FolderFile> manifests, string folder)
    {
        var bytes = manifests.Sum(file => file.Length);
        if (manifests.Count > Bounds.ManifestFiles.Limit || bytes > Bounds.Manifests.Limit)
        {
            var bound = bytes > Bounds.Manifests.Limit ? Bounds.Manifests : Bounds.ManifestFiles;
            throw bound.CreateExceeded(ErrorId.ManifestInvalid, folder, "give a folder with the manifests of one stack", folder);
        }
    }

    /// <summary>Lists all files of a folder, with <c>/</c>. A folder that is a link is not followed: it may lead anywhere.</summary>
    /// <param name="links">Receives the folders that are links.</param>
    private static List<string> ListPaths(string root, List<UnreadFile> links, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var path = folder + entry.Name;
                if (entry is not DirectoryInfo)
                {
                    paths.Add(path);
                }
                else if (ManifestLayout.IsSystemFile(path))
                {
                    continue;
                }
                else if (entry.LinkTarget is not null)
                {
                    links.Add(new UnreadFile(path + "/", UnreadReason.Link));
                }
                else
                {
                    folders.Push(path + "/");
                }
            }

            if (paths.Count > Bounds.FolderFiles.Limit)
            {
                throw Bounds.FolderFiles.CreateExceeded(
                    ErrorId.ManifestInvalid,
                    root,
                    "give a folder with the manifests of one stack",
                    root);
            }
        }

        return paths;
    }

    private static async Task<ManifestFiles> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw ManifestErrors.CreateNotFound($"{path} does not exist", path);
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            var start = new byte[4];
            var length = await stream
                .ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            stream.Position = 0;
            switch (start.AsMemory(0, length).Span)
            {
                case [0x1F, 0x8B, ..]:
                    ThrowIfTooLarge(stream, path);
                    return await TarManifests.ReadAsync(stream, path, cancellationToken).ConfigureAwait(false);
                case [(byte)'P', (byte)'K', 3 or 5, 4 or 6]:
                    ThrowIfTooLarge(stream, path);
                    return await ZipManifests.ReadAsync(stream, path, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!ManifestPath.IsManifest(path))
        {
            throw new ArchiveManifests(path).CreateInvalid("is neither a gzipped tar nor a zip nor a .yaml file");
        }

        var name = Path.GetFileName(path);
        _ = ManifestLayout.Arrange([name], _ => path);
        return new ManifestFiles([new FolderFile(name, path)], []);
    }

    private static void ThrowIfTooLarge(FileStream stream, string path)
    {
        if (stream.Length > Bounds.Archive.Limit)
        {
            throw new ArchiveManifests(path).CreateInvalid($"has more than {Bounds.Archive}");
        }
    }
}
