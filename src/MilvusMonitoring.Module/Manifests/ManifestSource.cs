using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests;

/// <summary>Reads the manifest files of a folder, an archive or a single file.</summary>
internal static class ManifestSource
{
    /// <summary>
    /// Reads the manifest files: only files directly in <c>manifests/</c> and <c>manifests/setup/</c>, or in the folder itself and its
    /// <c>setup/</c>.
    /// </summary>
    /// <param name="path">A folder, a gzipped tar, a zip (both recognised by their content) or a .yaml, .yml or .json file.</param>
    /// <returns>The files, <c>setup/</c> first, then by name.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestNotFound"/> or <see cref="ErrorId.ArchiveInvalid"/>.</exception>
    public static async Task<IReadOnlyList<ManifestFile>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(path)
                ? ReadFolder(path, cancellationToken)
                : await ReadFileAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ManifestErrors.Unreadable(path, exception);
        }
    }

    private static IReadOnlyList<ManifestFile> ReadFolder(string path, CancellationToken cancellationToken)
    {
        var inner = Path.Combine(path, ManifestPath.Folder);
        var root = Directory.Exists(inner) ? inner : path;
        var setup = Path.Combine(root, ManifestPath.SetupFolder);
        var files = new List<ManifestFile>();
        AddFiles(files, root, "", cancellationToken);
        if (Directory.Exists(setup))
        {
            AddFiles(files, setup, ManifestPath.SetupFolder + "/", cancellationToken);
        }

        return files.Count > 0
            ? ManifestPath.Order(files)
            : throw ManifestErrors.NotFound(
                $"{path} contains no manifests: searched for *.yaml, *.yml and *.json in {inner}, {path} "
                    + $"and their {ManifestPath.SetupFolder} folder",
                path);
    }

    private static void AddFiles(List<ManifestFile> files, string folder, string prefix, CancellationToken cancellationToken)
    {
        var bytes = files.Sum(file => file.Length);
        foreach (var file in Directory.EnumerateFiles(folder).Where(ManifestPath.IsManifest))
        {
            cancellationToken.ThrowIfCancellationRequested();
            files.Add(new FolderFile(prefix + Path.GetFileName(file), file));
            bytes += files[^1].Length;
            if (files.Count > Bounds.ManifestFiles.Limit || bytes > Bounds.Manifests.Limit)
            {
                var bound = bytes > Bounds.Manifests.Limit ? Bounds.Manifests : Bounds.ManifestFiles;
                throw bound.Exceeded(ErrorId.ManifestInvalid, folder, "give a folder with the manifests of one stack", folder);
            }
        }
    }

    private static async Task<IReadOnlyList<ManifestFile>> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw ManifestErrors.NotFound($"{path} does not exist", path);
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

        return ManifestPath.IsManifest(path)
            ? [new FolderFile(Path.GetFileName(path), path)]
            : throw new ArchiveManifests(path).Invalid("is neither a gzipped tar nor a zip nor a .yaml file");
    }

    private static void ThrowIfTooLarge(FileStream stream, string path)
    {
        if (stream.Length > Bounds.Archive.Limit)
        {
            throw new ArchiveManifests(path).Invalid($"has more than {Bounds.Archive}");
        }
    }
}
