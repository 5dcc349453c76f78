using System.Globalization;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Tests.Printing;

/// <summary>Text that a terminal or the agent of a pipeline would obey, and what of it is left in a printed text.</summary>
internal static partial class Hostile
{
    /// <summary>What terminals and agents obey, each with what it would do.</summary>
    public static TheoryData<string> Sequences { get; } =
    [
        "\u001b[31mred",
        "\u001b]0;title\a",
        "\u009b2J",
        "\u009d0;title\u009c",
        "a\u007fb\0c\bd",
        "row\r\nforged row",
        "invoice\u202egnp.exe\u202c",
        "a\u2066b\u2069c\u200bd\u200fe\u2060f\ufeffg\u00ad",
        "a\u2028b\u2029c\u0085d",
        "##vso[task.setvariable variable=x]y",
        "##VSO[task.complete result=Failed]",
        "text ##[error]forged",
        "###vso[build.updatebuildnumber]1",
        "##\u200bvso[task.setvariable variable=x]y",
        "#\u001b#[section]forged",
        "##teamcity[buildStatus status='FAILURE']",
        "##octopus[setVariable name='x' value='y']",
        "::set-env name=x::y",
        "  ::stop-commands::x",
        "\n::error::forged",
        ":::add-mask::x",
        "a wrapped ::warning file=a::b",
        "--- forged group",
        "+++ forged group",
        "\u001b[0Ksection_start:1:x\r\u001b[0Kforged",
    ];

    /// <summary>A text with a sequence of each kind around a word that shows where the text comes from.</summary>
    public static string Around(string word) =>
        $"::set-env name=x::{word} \u001b]0;title\a\u001b[31m ##vso[task.setvariable variable=x]{word} ##[error]e ##teamcity[x] "
        + "\u009b2J\u202e\u2066\u200b\u2028\u0085\r\n::error::e\n--- group";

    /// <summary>What a terminal or an agent would obey in a printed text; null if there is nothing.</summary>
    /// <param name="areLines">Whether the text may have several lines, as a table has.</param>
    public static string? Find(string text, bool areLines = false)
    {
        var character = text.EnumerateRunes().FirstOrDefault(rune => IsInvisible(rune) && !(areLines && rune.Value is '\n' or '\r'));
        if (character != default || text.Contains('\0', StringComparison.Ordinal))
        {
            return $"U+{character.Value:X4}";
        }

        if (text.Where((unit, at) => char.IsSurrogate(unit) && !IsPaired(text, at)).Any())
        {
            return "half of a surrogate pair";
        }

        if (Command().Match(text) is { Success: true } command)
        {
            return command.Value;
        }

        // Tables, and .NET between exceptions, have such lines of their own.
        return !areLines && Heading().Match(text) is { Success: true } heading ? heading.Value : null;
    }

    private static bool IsInvisible(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;

    private static bool IsPaired(string text, int at) =>
        char.IsHighSurrogate(text[at])
            ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            : at > 0 && char.IsHighSurrogate(text[at - 1]);

    [GeneratedRegex(
        @"##[A-Za-z]*\[|^\s*::\s*[A-Za-z]|::(?:set-env|error|warning|stop-commands|add-mask)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Command();

    [GeneratedRegex(@"^\s*(?:---|\+\+\+|~~~|\^\^\^)(?: |$)", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
