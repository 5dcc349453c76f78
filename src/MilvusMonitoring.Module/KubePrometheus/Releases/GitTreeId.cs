using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Computes the id that git gives to a folder of files.</summary>
/// <remarks>Git names content by the SHA-1 of <c>type length NUL content</c>; a tree is a sorted list of modes, names and ids.</remarks>
internal static class GitTreeId
{
    /// <summary>Computes the id of the tree object.</summary>
    /// <param name="files">Path below the folder, with <c>/</c>, and <see cref="OfFile">id</see> of each file; all are plain files (mode
    /// 100644).</param>
    /// <returns>40 hexadecimal digits in lower case.</returns>
    /// <exception cref="ArgumentException">A path stands twice, or is a file and a folder.</exception>
    public static string Compute(IReadOnlyList<(string Path, byte[] Id)> files) =>
        Convert.ToHexString(Tree(files)).ToLower(CultureInfo.InvariantCulture);

    /// <summary>Computes the id of a file.</summary>
    /// <param name="content">Its content.</param>
    /// <returns>The 20 bytes of the id.</returns>
    public static byte[] OfFile(ReadOnlySpan<byte> content) => ObjectId("blob", content);

    // A name that is both file and folder, or stands twice, fails on the empty rest of its path.
    private static byte[] Tree(IReadOnlyList<(string Path, byte[] Id)> files)
    {
        var entries = files
            .GroupBy(file => FirstSegment(file.Path), StringComparer.Ordinal)
            .Select(group =>
                group.Count() == 1 && group.First().Path == group.Key
                    ? (SortKey: group.Key, Mode: "100644", Name: group.Key, group.First().Id)
                    : (
                        SortKey: group.Key + "/",
                        Mode: "40000",
                        Name: group.Key,
                        Id: Tree([.. group.Select(file => (file.Path[(group.Key.Length + 1)..], file.Id))])))
            .OrderBy(entry => entry.SortKey, StringComparer.Ordinal);

        using var tree = new MemoryStream();
        foreach (var (_, mode, name, id) in entries)
        {
            tree.Write(Encoding.UTF8.GetBytes($"{mode} {name}\0"));
            tree.Write(id);
        }

        return ObjectId("tree", tree.GetBuffer().AsSpan(0, (int)tree.Length));
    }

    private static string FirstSegment(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? path : path[..slash];
    }

    // CA5350: git's ids of these releases are SHA-1; git itself vouches for them no other way.
#pragma warning disable CA5350
    private static byte[] ObjectId(string type, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"{type} {content.Length}\0"));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
#pragma warning restore CA5350
}
