using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>Turns the bytes of a manifest file into clean UTF-8 text, or says why they are none.</summary>
internal static class ManifestText
{
    /// <summary>The largest file that is read. The largest of any release so far has 1.6 MB; etcd refuses objects over 1.5 MB.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    // What YAML 1.1 and 1.2 leave out of the printable characters, as far as it is one byte: C0 controls and DEL.
    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    /// <summary>Takes off a byte order mark, turns UTF-16 into UTF-8, and refuses what can be no YAML text.</summary>
    /// <param name="path">The path of the file, for messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <returns>Its text as UTF-8; it may stand in the same memory.</returns>
    /// <exception cref="ManifestProblemException">Too large, not UTF-8, or with control characters.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(string path, ReadOnlyMemory<byte> content)
    {
        if (content.Length > MaximumLength)
        {
            throw Problem(path, 0, TooLarge(content.Length));
        }

        var text = WithoutByteOrderMark(path, content);
        var span = text.Span;
        if (!Utf8.IsValid(span))
        {
            throw Problem(path, LineAt(span, FirstInvalid(span)), "is not UTF-8 text; save the file as UTF-8");
        }

        var control = span.IndexOfAny(ControlBytes);
        if (control >= 0)
        {
            throw Problem(
                path,
                LineAt(span, control),
                $"holds the control character 0x{span[control]:X2}, which YAML does not allow; remove it or write it as an escape in double quotes"
            );
        }

        return text;
    }

    /// <summary>What is wrong with a file of that length, and what to do.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The words after the name of the file, without a full stop.</returns>
    public static string TooLarge(long length) =>
        $"has {length / 1048576} MB, more than the {MaximumLength / 1048576} MB that a manifest file may have; split it into files of one object each";

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(string path, ReadOnlyMemory<byte> content) => content.Span switch
    {
        [0xEF, 0xBB, 0xBF, ..] => content[3..],
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => throw Problem(path, 1, "is UTF-32 text; save the file as UTF-8"),
        [0xFF, 0xFE, ..] => FromUtf16(path, content.Span, bigEndian: false),
        [0xFE, 0xFF, ..] => FromUtf16(path, content.Span, bigEndian: true),
        _ => content,
    };

    private static byte[] FromUtf16(string path, ReadOnlySpan<byte> content, bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
        try
        {
            return Encoding.UTF8.GetBytes(encoding.GetString(content[2..]));
        }
        catch (DecoderFallbackException)
        {
            throw Problem(path, 0, "starts as UTF-16 text but is none; save the file as UTF-8");
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(text[position..], out _, out var length) == OperationStatus.Done)
        {
            position += length;
        }

        return position;
    }

    private static int LineAt(ReadOnlySpan<byte> text, int position) => text[..position].Count((byte)'\n') + 1;

    private static ManifestProblemException Problem(string path, int line, string message) =>
        new(new ManifestProblem(path, line, message));
}
