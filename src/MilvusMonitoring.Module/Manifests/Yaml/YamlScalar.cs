using System.Globalization;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>What an unquoted YAML scalar stands for.</summary>
internal enum YamlScalarKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>No value.</summary>
    Null,

    /// <summary>True.</summary>
    True,

    /// <summary>False.</summary>
    False,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction or an exponent.</summary>
    Float,

    /// <summary>An infinity or not-a-number, for which JSON has no word.</summary>
    NotFinite,
}

/// <summary>Resolves unquoted scalars as sigs.k8s.io/yaml does, which kubectl and the API server use.</summary>
/// <remarks>
/// The rules are those of go.yaml.in/yaml/v2 (<c>resolve.go</c>, read at v2.4.4): YAML 1.1 words for true and false, <c>y</c> and <c>n</c>
/// among them;
/// integers as Go's <c>ParseInt</c> with base 0 reads them once underscores are gone; floats by a regular expression; what looks like a
/// date stays text.
/// </remarks>
internal static class YamlScalar
{
    /// <summary>Resolves one scalar.</summary>
    /// <param name="text">The scalar as it stands in the file.</param>
    /// <param name="integer">The value, for <see cref="YamlScalarKind.Integer"/>: from -2^63 to 2^64-1.</param>
    /// <param name="number">The value, for <see cref="YamlScalarKind.Float"/>.</param>
    /// <returns>What it stands for.</returns>
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
                return Word(text);
            case '.':
                return IsNotFinite(text) ? YamlScalarKind.NotFinite : Fraction(text, ref number);
            case '+' or '-' or (>= '0' and <= '9'):
                return IsNotFinite(text) ? YamlScalarKind.NotFinite : Number(text, ref integer, ref number);
            default:
                return YamlScalarKind.Text;
        }
    }

    private static YamlScalarKind Word(ReadOnlySpan<char> text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => YamlScalarKind.True,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => YamlScalarKind.False,
        "null" or "Null" or "NULL" or "~" => YamlScalarKind.Null,
        _ => YamlScalarKind.Text,
    };

    private static bool IsNotFinite(ReadOnlySpan<char> text) =>
        text is ".nan" or ".NaN" or ".NAN"
            or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF";

    private static YamlScalarKind Number(ReadOnlySpan<char> text, ref Int128 integer, ref double number)
    {
        // Longer text, which nobody writes as a number, stays text: the scalar may be a page that starts with a digit.
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
        return Integer(plain, ref integer) ? YamlScalarKind.Integer : Fraction(plain, ref number);
    }

    private static bool Integer(ReadOnlySpan<char> text, ref Int128 integer)
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
            var digit = Digit(character);
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

        // Go tries a signed 64-bit integer first, then an unsigned one, which takes no sign at all.
        var largest = negative ? -(Int128)long.MinValue : signed ? long.MaxValue : ulong.MaxValue;
        if (value > largest)
        {
            return false;
        }

        integer = negative ? -value : value;
        return true;
    }

    private static int Digit(char character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'a' and <= 'f' => character - 'a' + 10,
        >= 'A' and <= 'F' => character - 'A' + 10,
        _ => int.MaxValue,
    };

    private static YamlScalarKind Fraction(ReadOnlySpan<char> text, ref double number)
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
        text = WithoutSign(text);
        var whole = LeadingDigits(text);
        text = text[whole..];
        var fraction = 0;
        if (text.StartsWith("."))
        {
            fraction = LeadingDigits(text[1..]);
            text = text[(1 + fraction)..];
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (text.StartsWith("e") || text.StartsWith("E"))
        {
            text = WithoutSign(text[1..]);
            var exponent = LeadingDigits(text);
            return exponent > 0 && exponent == text.Length;
        }

        return text.IsEmpty;
    }

    private static ReadOnlySpan<char> WithoutSign(ReadOnlySpan<char> text) =>
        text.StartsWith("-") || text.StartsWith("+") ? text[1..] : text;

    private static int LeadingDigits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
