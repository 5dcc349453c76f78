using System.Text;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Dashboards.Files;

/// <summary>Reads dashboards from files.</summary>
internal static class DashboardFiles
{
    /// <summary>Reads dashboards.</summary>
    /// <param name="paths">The full paths of the files.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <returns>The dashboards, and for each other file a <see cref="ErrorId.DashboardInvalid"/>: it cannot be read, is no dashboard, or
    /// has the uid or the title of one before it.</returns>
    public static async Task<(IReadOnlyList<DashboardDocument> Documents, IReadOnlyList<MonitoringException> Errors)> ReadAsync(
        IReadOnlyList<string> paths,
        CancellationToken cancellationToken)
    {
        var all = new List<(string Path, DashboardDocument Document)>();
        var errors = new List<MonitoringException>();
        foreach (var path in paths)
        {
            try
            {
                var document = DashboardDocument.Read(await ReadAsync(path, cancellationToken).ConfigureAwait(false), path);
                if (all.Find(item => item.Document.Uid == document.Uid || item.Document.Title == document.Title) is { Path: { } other })
                {
                    throw new MonitoringException(
                        ErrorId.DashboardInvalid,
                        $"{path} and {other} have the same uid or title, of which Grafana shows one",
                        "give one of them another uid and title",
                        path);
                }

                all.Add((path, document));
            }
            catch (MonitoringException exception)
            {
                errors.Add(exception);
            }
        }

        return ([.. all.Select(item => item.Document)], errors);
    }

    /// <summary>Refuses to save dashboards where a file of one exists already.</summary>
    /// <param name="documents">The dashboards.</param>
    /// <param name="folder">The full path of the folder.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.FileNotWritten"/>: a file exists.</exception>
    public static void EnsureNew(IEnumerable<DashboardDocument> documents, string folder)
    {
        if (documents.Select(document => Path.Combine(folder, document.FileName)).FirstOrDefault(File.Exists) is { } path)
        {
            throw CreateExists(path, null);
        }
    }

    /// <summary>Saves a dashboard.</summary>
    /// <param name="document">The dashboard.</param>
    /// <param name="folder">The full path of the folder; it is created if it does not exist.</param>
    /// <param name="force">Whether to overwrite an existing file.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.FileNotWritten"/>: the file exists, or cannot be written.</exception>
    public static async Task<string> SaveAsync(
        DashboardDocument document,
        string folder,
        bool force,
        CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, document.FileName);
        try
        {
            Directory.CreateDirectory(folder);
            var mode = force ? FileMode.Create : FileMode.CreateNew;
            var file = new FileStream(path, mode, FileAccess.Write, FileShare.None, 4096, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(document.Json, cancellationToken).ConfigureAwait(false);
            }

            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw File.Exists(path) && !force
                ? CreateExists(path, exception)
                : new MonitoringException(
                    ErrorId.FileNotWritten,
                    $"{path} is not written: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}",
                    "give another folder",
                    path,
                    exception);
        }
    }

    private static MonitoringException CreateExists(string path, Exception? cause) => new(
        ErrorId.FileNotWritten,
        $"{path} is not written: the file exists",
        "use -Force to replace the file, or give another folder",
        path,
        cause);

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            throw new MonitoringException(
                ErrorId.DashboardInvalid,
                $"{path} is a folder",
                "give the path of a JSON file that Grafana has exported; wildcards are allowed",
                path);
        }

        try
        {
            return Encoding.UTF8.GetBytes(
                await BoundedFile.ReadTextAsync(path, Bounds.Dashboard, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MonitoringException(
                ErrorId.DashboardInvalid,
                $"The dashboard {path} cannot be read: {exception.Message.TrimEnd('.')}",
                "give the path of a JSON file that Grafana has exported",
                path,
                exception);
        }
    }
}
