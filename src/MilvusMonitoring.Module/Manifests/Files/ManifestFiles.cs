using System.Collections.ObjectModel;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>The manifest files of a folder or archive, in order, and what beside them was not read.</summary>
/// <param name="unread">The files that may be manifests and were not read.</param>
internal sealed class ManifestFiles(IEnumerable<ManifestFile> files, IReadOnlyList<UnreadFile> unread)
    : ReadOnlyCollection<ManifestFile>([.. ManifestPath.Order(files)])
{
    private const int FoldersShown = 4;

    /// <summary>Describes how many files in which folders were not read, and why; null if everything was read.</summary>
    public string? DescribeUnread()
    {
        if (unread.Count == 0)
        {
            return null;
        }

        var folders = unread.Select(FolderOf).Distinct().Count();
        var groups = unread
            .GroupBy(file => file.Reason)
            .OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Describe(group.Key)} ({DescribeFolders(group)})");
        return $"{Quantify(unread.Count, "file")} in {Quantify(folders, "folder")} {(unread.Count == 1 ? "was" : "were")} not read: "
            + string.Join("; ", groups);
    }

    private static string Describe(UnreadReason reason) => reason switch
    {
        UnreadReason.Hidden => "hidden",
        UnreadReason.OtherEnding => "with another ending than .yaml, .yml or .json",
        UnreadReason.OutsideManifests => $"outside the folder {ManifestPath.Folder} of a source tree",
        _ => "in a folder that is a link",
    };

    private static string DescribeFolders(IEnumerable<UnreadFile> files)
    {
        var names = files.Select(file => file.Reason == UnreadReason.OtherEnding ? Clean(file.Path) : FolderOf(file)).Distinct().ToList();
        return string.Join(", ", names.Take(FoldersShown)) + (names.Count > FoldersShown ? $" and {names.Count - FoldersShown} more" : "");
    }

    private static string FolderOf(UnreadFile file) =>
        file.Path.LastIndexOf('/') is var slash and >= 0 ? Clean(file.Path[..slash]) : ".";

    private static string Clean(string path) => string.Concat(path.Take(120).Select(item => char.IsControl(item) ? '?' : item));

    private static string Quantify(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
