using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Computes the id that git gives to a folder of files.</summary>
/// <remarks>Git names content by the SHA-1 of <c>type length NUL content</c>; a tree is a sorted list of modes, names and ids.</remarks>
internal static class GitTreeId
{
    /// <summary>Computes the id of the tree object.</summary>
    /// <param name="files">
    /// The path below the folder, with <c>/</c>, and the <see cref="ComputeFile">id</see> of each file. All are plain files (mode 100644).
    /// </param>
    /// <returns>40 hexadecimal digits in lower case.</returns>
    /// <exception cref="ArgumentException">Two files have the same path, or a path is both file and folder.</exception>
    public static string Compute(IReadOnlyList<(string Path, byte[] Id)> files) =>
        Convert.ToHexString(ComputeTree(files)).ToLower(CultureInfo.InvariantCulture);

    /// <summary>Computes the id of a file.</summary>
    /// <returns>The 20 bytes of the id.</returns>
    public static byte[] ComputeFile(ReadOnlySpan<byte> content) => ComputeObjectId("blob", content);

    // Two files of the same name, or a file and a folder of the same name, fail: the rest of such a path is empty.
    private static byte[] ComputeTree(IReadOnlyList<(string Path, byte[] Id)> files)
    {
        var entries = files
            .GroupBy(file => TakeFirstSegment(file.Path), StringComparer.Ordinal)
            .Select(group =>
                group.Count() == 1 && group.First().Path == group.Key
                    ? (SortKey: group.Key, Mode: "100644", Name: group.Key, group.First().Id)
                    : (
                        SortKey: group.Key + "/",
                        Mode: "40000",
                        Name: group.Key,
                        Id: ComputeTree([.. group.Select(file => (file.Path[(group.Key.Length + 1)..], file.Id))])))
            .OrderBy(entry => entry.SortKey, StringComparer.Ordinal);

        using var tree = new MemoryStream();
        foreach (var (_, mode, name, id) in entries)
        {
            tree.Write(Encoding.UTF8.GetBytes($"{mode} {name}\0"));
            tree.Write(id);
        }

        return ComputeObjectId("tree", tree.GetBuffer().AsSpan(0, (int)tree.Length));
    }

    private static string TakeFirstSegment(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? path : path[..slash];
    }

    // CA5350: git identifies these releases by SHA-1 only.
#pragma warning disable CA5350
    private static byte[] ComputeObjectId(string type, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"{type} {content.Length}\0"));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
#pragma warning restore CA5350
}
