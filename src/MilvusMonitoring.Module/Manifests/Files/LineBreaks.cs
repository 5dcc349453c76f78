namespace MilvusMonitoring.Manifests.Files;

/// <summary>
/// The line breaks of manifests. A git of Windows checks files out with CR LF (autocrlf); in the repository they end in LF, and so they do
/// here: the same manifests have the same digest and the same git tree on every machine.
/// </summary>
internal static class LineBreaks
{
    /// <summary>Makes each CR LF a LF, in place.</summary>
    /// <returns>The new length. What follows it has no meaning.</returns>
    public static int Unify(Span<byte> content)
    {
        // In UTF-16 the two bytes may be one character.
        var first = content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? -1 : content.IndexOf("\r\n"u8);
        if (first < 0)
        {
            return content.Length;
        }

        var length = first;
        for (var rest = content[first..]; !rest.IsEmpty;)
        {
            var next = rest[1..].IndexOf("\r\n"u8);
            var line = next < 0 ? rest[1..] : rest.Slice(1, next);
            line.CopyTo(content[length..]);
            length += line.Length;
            rest = next < 0 ? [] : rest[(next + 1)..];
        }

        return length;
    }
}
