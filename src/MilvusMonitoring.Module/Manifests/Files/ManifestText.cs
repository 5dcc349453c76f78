using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>Converts the bytes of a manifest file to UTF-8 text without control characters.</summary>
internal static class ManifestText
{
    /// <summary>What to do about a file that is too large.</summary>
    public const string SizeRemedy = "split it into files of one object each";

    private const string SaveAsUtf8 = "save the file as UTF-8";

    // The one-byte characters that YAML 1.1 and 1.2 do not count as printable: C0 controls and DEL.
    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    /// <summary>Removes a byte order mark, converts UTF-16 to UTF-8, and refuses text that cannot be YAML.</summary>
    /// <param name="path">The path of the file, for messages.</param>
    /// <returns>The text as UTF-8, perhaps in the memory of <paramref name="content"/>.</returns>
    /// <exception cref="ManifestProblemException">
    /// The content is too large, is not UTF-8 or UTF-16, or has control characters.
    /// </exception>
    public static ReadOnlyMemory<byte> ToUtf8(string path, ReadOnlyMemory<byte> content)
    {
        if (content.Length > Bounds.Manifest.Limit)
        {
            throw Problem(path, 0, DescribeSize(content.Length), SizeRemedy);
        }

        var text = RemoveByteOrderMark(path, content);
        var span = text.Span;
        if (!Utf8.IsValid(span))
        {
            throw Problem(path, CountLines(span, FindInvalid(span)), "is not UTF-8 text", SaveAsUtf8);
        }

        var control = span.IndexOfAny(ControlBytes);
        if (control >= 0)
        {
            throw Problem(
                path,
                CountLines(span, control),
                $"contains the control character 0x{span[control]:X2}, which YAML does not allow",
                "remove it or write it as an escape in double quotes");
        }

        return text;
    }

    /// <summary>Describes the size of a file that is too large. The text follows the name of the file.</summary>
    public static string DescribeSize(long length) =>
        $"has {length >> 20} MiB, more than the {Bounds.Manifest} that a manifest file may have";

    private static ReadOnlyMemory<byte> RemoveByteOrderMark(string path, ReadOnlyMemory<byte> content) => content.Span switch
    {
        [0xEF, 0xBB, 0xBF, ..] => content[3..],
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => throw Problem(path, 1, "is UTF-32 text", SaveAsUtf8),
        [0xFF, 0xFE, ..] => ConvertUtf16(path, content.Span, bigEndian: false),
        [0xFE, 0xFF, ..] => ConvertUtf16(path, content.Span, bigEndian: true),
        _ => content,
    };

    private static byte[] ConvertUtf16(string path, ReadOnlySpan<byte> content, bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
        try
        {
            return Encoding.UTF8.GetBytes(encoding.GetString(content[2..]));
        }
        catch (DecoderFallbackException)
        {
            throw Problem(path, 0, "starts as UTF-16 text but is not valid UTF-16", SaveAsUtf8);
        }
    }

    private static int FindInvalid(ReadOnlySpan<byte> text)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(text[position..], out _, out var length) == OperationStatus.Done)
        {
            position += length;
        }

        return position;
    }

    private static int CountLines(ReadOnlySpan<byte> text, int position) => text[..position].Count((byte)'\n') + 1;

    private static ManifestProblemException Problem(string path, int line, string reason, string remedy) =>
        new(new ManifestProblem(path, line, reason, remedy));
}
