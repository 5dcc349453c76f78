using System.Text.Unicode;

namespace MilvusMonitoring.Json;

/// <summary>
/// Whether the texts in JSON can be read. System.Text.Json takes names and strings with bytes that are no UTF-8, or with half of a
/// surrogate pair escaped,
/// and only refuses when they are read, with an exception that is no <see cref="System.Text.Json.JsonException"/>. So JSON from elsewhere
/// is asked beforehand.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Whether all texts can be read. An API server sends no others.</summary>
    /// <param name="json">The JSON; that it is any is not looked at.</param>
    public static bool AreReadable(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        for (int at; (at = json.IndexOf((byte)'\\')) >= 0;)
        {
            json = json[at..];
            var unit = CodeUnit(json);
            if (unit is { } low && char.IsLowSurrogate(low))
            {
                return false;
            }

            if (unit is { } high && char.IsHighSurrogate(high))
            {
                json = json[6..];
                if (CodeUnit(json) is not { } second || !char.IsLowSurrogate(second))
                {
                    return false;
                }
            }

            json = json[Math.Min(json.Length, unit is null ? 2 : 6)..];
        }

        return true;
    }

    /// <summary>The code unit that is escaped at the beginning of a text; null where none is.</summary>
    private static char? CodeUnit(ReadOnlySpan<byte> text) =>
        text is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        && System.Buffers.Text.Utf8Parser.TryParse(text[2..6], out ushort unit, out var read, 'X')
        && read == 4
            ? (char)unit
            : null;
}
