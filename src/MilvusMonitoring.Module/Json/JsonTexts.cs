using System.Text.Unicode;

namespace MilvusMonitoring.Json;

/// <summary>
/// Checks the names and strings in JSON. System.Text.Json accepts invalid UTF-8 and an escaped half of a surrogate pair, and throws only
/// when such a string is read, with an exception other than <see cref="System.Text.Json.JsonException"/>. So JSON from other programs is
/// checked beforehand.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Whether all strings can be read. An API server sends only such JSON. The syntax is not checked.</summary>
    public static bool AreReadable(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        for (int at; (at = json.IndexOf((byte)'\\')) >= 0;)
        {
            json = json[at..];
            var unit = ReadCodeUnit(json);
            if (unit is { } low && char.IsLowSurrogate(low))
            {
                return false;
            }

            if (unit is { } high && char.IsHighSurrogate(high))
            {
                json = json[6..];
                if (ReadCodeUnit(json) is not { } second || !char.IsLowSurrogate(second))
                {
                    return false;
                }
            }

            json = json[Math.Min(json.Length, unit is null ? 2 : 6)..];
        }

        return true;
    }

    /// <summary>Reads the escaped code unit at the beginning of a text; null if there is none.</summary>
    private static char? ReadCodeUnit(ReadOnlySpan<byte> text) =>
        text is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        && System.Buffers.Text.Utf8Parser.TryParse(text[2..6], out ushort unit, out var read, 'X')
        && read == 4
            ? (char)unit
            : null;
}
