using System.Globalization;
using System.Text.Json;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>The value of an unquoted YAML scalar.</summary>
internal enum YamlScalarKind
{
    Text,
    Null,
    True,
    False,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction or an exponent.</summary>
    Float,

    /// <summary>An infinity or not-a-number, which JSON cannot express.</summary>
    NotFinite,
}

/// <summary>Resolves unquoted scalars as sigs.k8s.io/yaml does. kubectl and the API server use that library.</summary>
/// <remarks>
/// The rules are those of go.yaml.in/yaml/v2 (<c>resolve.go</c>, read at v2.4.4). The words of YAML 1.1 mean true and false, <c>y</c> and
/// <c>n</c> among them. Integers are what Go's <c>ParseInt</c> with base 0 reads after underscores are removed. A regular expression
/// recognises floats. A date stays text.
/// </remarks>
internal static class YamlScalar
{
    /// <param name="text">The scalar as it is in the file.</param>
    /// <param name="integer">The value, for <see cref="YamlScalarKind.Integer"/>: from -2^63 to 2^64-1.</param>
    /// <param name="number">The value, for <see cref="YamlScalarKind.Float"/>.</param>

    public static YamlScalarKind Resolve(ReadOnlySpan<char> text, out Int128 integer, out double number)
    {
        integer = 0;
        number = 0;
        if (text.IsEmpty)
        {
            return YamlScalarKind.Null;
        }

        switch (text[0])
        {
            case 'y' or 'Y' or 'n' or 'N' or 't' or 'T' or 'f' or 'F' or 'o' or 'O' or '~':
                return ResolveWord(text);
            case '.':
                return IsNotFinite(text) ? YamlScalarKind.NotFinite : ResolveFloat(text, ref number);
            case '+' or '-' or (>= '0' and <= '9'):
                return IsNotFinite(text) ? YamlScalarKind.NotFinite : ResolveNumber(text, ref integer, ref number);
            default:
                return YamlScalarKind.Text;
        }
    }

    private static YamlScalarKind ResolveWord(ReadOnlySpan<char> text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => YamlScalarKind.True,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => YamlScalarKind.False,
        "null" or "Null" or "NULL" or "~" => YamlScalarKind.Null,
        _ => YamlScalarKind.Text,
    };

    private static bool IsNotFinite(ReadOnlySpan<char> text) =>
        text is ".nan" or ".NaN" or ".NAN"
            or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF";

    private static YamlScalarKind ResolveNumber(ReadOnlySpan<char> text, ref Int128 integer, ref double number)
    {
        // Longer text is not a number: the scalar may be a page that starts with a digit.
        const int longest = 512;
        Span<char> plain = stackalloc char[Math.Min(text.Length, longest)];
        var length = 0;
        foreach (var character in text)
        {
            if (character != '_')
            {
                if (length == longest)
                {
                    return YamlScalarKind.Text;
                }

                plain[length++] = character;
            }
        }

        plain = plain[..length];
        return TryParseInteger(plain, ref integer) ? YamlScalarKind.Integer : ResolveFloat(plain, ref number);
    }

    private static bool TryParseInteger(ReadOnlySpan<char> text, ref Int128 integer)
    {
        var negative = text.StartsWith("-");
        var signed = negative || text.StartsWith("+");
        var digits = signed ? text[1..] : text;
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var prefix) = digits[1] switch
            {
                'x' or 'X' => (16, 2),
                'o' or 'O' => (8, 2),
                'b' or 'B' => (2, 2),
                _ => (8, 1),
            };
            digits = digits[prefix..];
        }

        if (digits.IsEmpty)
        {
            return false;
        }

        Int128 value = 0;
        foreach (var character in digits)
        {
            var digit = ParseDigit(character);
            if (digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
            if (value > ulong.MaxValue)
            {
                return false;
            }
        }

        if (value > FindLargest(negative, signed))
        {
            return false;
        }

        integer = negative ? -value : value;
        return true;
    }

    /// <summary>Go tries a signed 64-bit integer first, then an unsigned one, which accepts no sign.</summary>
    private static Int128 FindLargest(bool negative, bool signed)
    {
        if (negative)
        {
            return -(Int128)long.MinValue;
        }

        return signed ? long.MaxValue : ulong.MaxValue;
    }

    private static int ParseDigit(char character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'a' and <= 'f' => character - 'a' + 10,
        >= 'A' and <= 'F' => character - 'A' + 10,
        _ => int.MaxValue,
    };

    private static YamlScalarKind ResolveFloat(ReadOnlySpan<char> text, ref double number)
    {
        if (!LooksLikeFloat(text)
            || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            || !double.IsFinite(number))
        {
            return YamlScalarKind.Text;
        }

        return YamlScalarKind.Float;
    }

    // [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
    private static bool LooksLikeFloat(ReadOnlySpan<char> text)
    {
        text = SkipSign(text);
        var whole = CountDigits(text);
        text = text[whole..];
        var fraction = 0;
        if (text.StartsWith("."))
        {
            fraction = CountDigits(text[1..]);
            text = text[(1 + fraction)..];
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (text.StartsWith("e") || text.StartsWith("E"))
        {
            text = SkipSign(text[1..]);
            var exponent = CountDigits(text);
            return exponent > 0 && exponent == text.Length;
        }

        return text.IsEmpty;
    }

    private static ReadOnlySpan<char> SkipSign(ReadOnlySpan<char> text) =>
        text.StartsWith("-") || text.StartsWith("+") ? text[1..] : text;

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}

/// <summary>Writes unquoted scalars as JSON.</summary>
internal static class PlainScalar
{
    /// <param name="text">The scalar as it is in the file.</param>
    /// <param name="writer">Receives the value.</param>
    /// <returns>False, with nothing written, if JSON cannot express the value.</returns>
    public static bool TryWrite(ReadOnlySpan<char> text, Utf8JsonWriter writer)
    {
        switch (YamlScalar.Resolve(text, out var integer, out var number))
        {
            case YamlScalarKind.Null:
                writer.WriteNullValue();
                return true;
            case YamlScalarKind.True:
                writer.WriteBooleanValue(true);
                return true;
            case YamlScalarKind.False:
                writer.WriteBooleanValue(false);
                return true;
            case YamlScalarKind.Integer when integer >= 0:
                writer.WriteNumberValue((ulong)integer);
                return true;
            case YamlScalarKind.Integer:
                writer.WriteNumberValue((long)integer);
                return true;
            case YamlScalarKind.Float:
                writer.WriteRawValue(GoNumber.ToJson(number), skipInputValidation: true);
                return true;
            case YamlScalarKind.NotFinite:
                return false;
            default:
                writer.WriteStringValue(text);
                return true;
        }
    }
}
