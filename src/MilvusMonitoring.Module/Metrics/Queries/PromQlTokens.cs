using System.Globalization;
using System.Text;

namespace MilvusMonitoring.Metrics.Queries;

/// <summary>What a token of PromQL is.</summary>
internal enum PromQlKind
{
    /// <summary>A name: a metric, a label, a function, or a keyword.</summary>
    Name,

    /// <summary>A string literal; its text is without quotes and escapes.</summary>
    Text,

    /// <summary>A number or a time.</summary>
    Number,

    /// <summary>An operator or a bracket.</summary>
    Sign,
}

/// <summary>A token of PromQL.</summary>
internal readonly record struct PromQlToken(PromQlKind Kind, string Text);

/// <summary>Splits PromQL into tokens.</summary>
internal static class PromQlTokens
{
    /// <summary>How many characters a token usually has.</summary>
    private const int UsualLength = 5;

    private static readonly string[] LongSigns = ["==", "!=", "<=", ">=", "=~", "!~"];

    /// <summary>Lists the tokens.</summary>
    /// <exception cref="FormatException">The text is no PromQL.</exception>
    public static IReadOnlyList<PromQlToken> List(string text)
    {
        var tokens = new List<PromQlToken>(text.Length / UsualLength);
        for (var at = 0; at < text.Length;)
        {
            var next = text[at];
            if (char.IsWhiteSpace(next))
            {
                at++;
            }
            else if (next == '#')
            {
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            }
            else if (next is '"' or '\'' or '`')
            {
                tokens.Add(new PromQlToken(PromQlKind.Text, ReadText(text, ref at)));
            }
            else if (IsNameStart(next))
            {
                tokens.Add(new PromQlToken(PromQlKind.Name, Take(text, ref at, IsName)));
            }
            else if (char.IsAsciiDigit(next) || next == '.')
            {
                tokens.Add(new PromQlToken(PromQlKind.Number, Take(text, ref at, IsNumber)));
            }
            else
            {
                var sign = Array.Find(LongSigns, sign => string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0) ?? next.ToString();
                tokens.Add(new PromQlToken(PromQlKind.Sign, sign));
                at += sign.Length;
            }
        }

        return tokens;
    }

    private static bool IsNameStart(char character) => char.IsAsciiLetter(character) || character is '_' or ':';

    private static bool IsName(char character) => IsNameStart(character) || char.IsAsciiDigit(character);

    private static bool IsNumber(char character) => char.IsAsciiLetterOrDigit(character) || character == '.';

    private static string Take(string text, ref int at, Func<char, bool> belongs)
    {
        var start = at;
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }

        return text[start..at];
    }

    private static string ReadText(string text, ref int at)
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\' && quote != '`')
            {
                at++;
                value.Append(ReadEscape(text, ref at));
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        return at++ < text.Length ? value.ToString() : throw new FormatException("A string literal has no end.");
    }

    /// <summary>Reads an escape as Go writes it.</summary>
    private static string ReadEscape(string text, ref int at)
    {
        var escape = at < text.Length ? text[at++] : throw new FormatException("An escape has no end.");
        return escape switch
        {
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'v' => "\v",
            '\\' or '"' or '\'' => escape.ToString(),
            'x' => ReadCode(text, ref at, 2, NumberStyles.AllowHexSpecifier),
            'u' => ReadCode(text, ref at, 4, NumberStyles.AllowHexSpecifier),
            'U' => ReadCode(text, ref at, 8, NumberStyles.AllowHexSpecifier),
            _ => throw new FormatException($"The escape \\{escape} is unknown."),
        };
    }

    private static string ReadCode(string text, ref int at, int length, NumberStyles style)
    {
        if (at + length > text.Length
            || !int.TryParse(text.AsSpan(at, length), style, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw new FormatException("An escape is not a character.");
        }

        at += length;
        return new Rune(code).ToString();
    }
}
