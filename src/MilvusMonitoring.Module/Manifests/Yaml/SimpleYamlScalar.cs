using System.Buffers;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Reads keys and scalars on one line, for <see cref="SimpleYamlConverter"/>.</summary>
internal static class SimpleYamlScalar
{
    private const int LongestNumber = 256;

    // The full parser refuses keys of 1024 characters and more, as YAML requires.
    private const int LongestKey = 512;

    private static readonly SearchValues<byte> KeyBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-$"u8);

    // A plain scalar that starts with one of these bytes may be something other than text.
    private static readonly SearchValues<byte> ResolvedStarts = SearchValues.Create("yYnNtTfFoO~.+-0123456789"u8);

    // Words and numbers consist of these bytes only.
    private static readonly SearchValues<byte> WordBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-~"u8);

    private static readonly SearchValues<byte> Indicators = SearchValues.Create("?,[]{}#&*!|>'\"%@`"u8);

    /// <summary>Measures the key at the start of a line, with its quotes and without its colon.</summary>
    /// <param name="line">The line, from the key on.</param>
    /// <returns>The length; 0 if the line does not start with a simple key.</returns>
    public static int MeasureKey(ReadOnlySpan<byte> line)
    {
        int length;
        if (line is [(byte)'"', ..])
        {
            var inner = line[1..].IndexOfAnyExcept(KeyBytes);
            length = inner > 0 && line[inner + 1] == (byte)'"' ? inner + 2 : 0;
        }
        else
        {
            length = line is [(byte)'-', ..] ? 0 : line.IndexOfAnyExcept(KeyBytes);
        }

        return length is > 0 and <= LongestKey && line[length..] is [(byte)':'] or [(byte)':', (byte)' ', ..] ? length : 0;
    }

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key as it is in the line.</param>
    /// <returns>The text; null if YAML reads the key as something other than text.</returns>
    public static string? ReadKey(ReadOnlySpan<byte> key)
    {
        if (key[0] == (byte)'"')
        {
            return Encoding.UTF8.GetString(key[1..^1]);
        }

        var text = Encoding.UTF8.GetString(key);
        return ResolvedStarts.Contains(key[0]) && YamlScalar.Resolve(text, out _, out _) != YamlScalarKind.Text ? null : text;
    }

    /// <summary>Writes a scalar that ends on its line.</summary>
    /// <param name="value">The scalar as it is in the line, not empty.</param>
    /// <param name="writer">Receives the value.</param>
    /// <param name="scratch">A buffer for the conversion.</param>
    /// <returns>False if only the full parser can read the scalar.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> value, Utf8JsonWriter writer, PooledBuffer scratch)
    {
        switch (value[0])
        {
            case (byte)'\'':
                return TryWriteSingleQuoted(value, writer, scratch);
            case (byte)'"':
                return TryWriteDoubleQuoted(value, writer, scratch);
            case (byte)'[' when value.SequenceEqual("[]"u8):
                writer.WriteStartArray();
                writer.WriteEndArray();
                return true;
            case (byte)'{' when value.SequenceEqual("{}"u8):
                writer.WriteStartObject();
                writer.WriteEndObject();
                return true;
            case var first
                when Indicators.Contains(first) || value.IndexOf(": "u8) >= 0 || value.IndexOf(" #"u8) >= 0 || value[^1] == (byte)':':
                return false;
            case var first when ResolvedStarts.Contains(first):
                return TryWriteResolved(value, writer);
            default:
                writer.WriteStringValue(value);
                return true;
        }
    }

    private static bool TryWriteSingleQuoted(ReadOnlySpan<byte> value, Utf8JsonWriter writer, PooledBuffer scratch)
    {
        if (value is not [_, .., (byte)'\''] || value.Length < 2)
        {
            return false;
        }

        var inner = value[1..^1];
        scratch.Clear();
        for (var quote = inner.IndexOf((byte)'\''); quote >= 0; quote = inner.IndexOf((byte)'\''))
        {
            if (inner[(quote + 1)..] is not [(byte)'\'', ..])
            {
                return false;
            }

            scratch.Write(inner[..(quote + 1)]);
            inner = inner[(quote + 2)..];
        }

        scratch.Write(inner);
        writer.WriteStringValue(scratch.Written);
        return true;
    }

    private static bool TryWriteDoubleQuoted(ReadOnlySpan<byte> value, Utf8JsonWriter writer, PooledBuffer scratch)
    {
        var rest = value[1..];
        scratch.Clear();
        while (rest.IndexOfAny((byte)'"', (byte)'\\') is var stop and >= 0)
        {
            scratch.Write(rest[..stop]);
            if (rest[stop] == (byte)'"')
            {
                writer.WriteStringValue(scratch.Written);
                return stop == rest.Length - 1;
            }

            if (stop + 1 == rest.Length || Unescape(rest[stop + 1]) is not { } character)
            {
                return false;
            }

            scratch.Write([character]);
            rest = rest[(stop + 2)..];
        }

        return false;
    }

    private static byte? Unescape(byte escape) => escape switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'t' => (byte)'\t',
        (byte)'"' or (byte)'\\' => escape,
        _ => null,
    };

    private static bool TryWriteResolved(ReadOnlySpan<byte> value, Utf8JsonWriter writer)
    {
        if (value.IndexOfAnyExcept(WordBytes) >= 0)
        {
            writer.WriteStringValue(value);
            return true;
        }

        if (value.Length > LongestNumber)
        {
            return false;
        }

        Span<char> text = stackalloc char[LongestNumber];
        return PlainScalar.TryWrite(text[..Encoding.UTF8.GetChars(value, text)], writer);
    }
}
