using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Demo;

/// <summary>Draws the text of a terminal as an SVG file, with the colours of its escape sequences.</summary>
internal static partial class Picture
{
    private const int LineHeight = 18;
    private const double CharacterWidth = 8.43;
    private const int Margin = 16;

    // In the order of the sequences 30 to 37, and 90 to 97 for bright colours.
    private static readonly string[] Colours = ["#6e7681", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9"];

    /// <summary>Writes the picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="text">The text of the terminal, with escape sequences.</param>
    /// <param name="columns">The width of the terminal.</param>
    public static void Write(string file, string text, int columns)
    {
        var lines = text.ReplaceLineEndings("\n").Trim('\n').Split('\n');
        var (width, height) = ((columns * CharacterWidth) + (2 * Margin), (lines.Length * LineHeight) + (2 * Margin));
        var svg = new StringBuilder();
        svg.Append("""<svg xmlns="http://www.w3.org/2000/svg" """);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""width="{width:0}" height="{height}" viewBox="0 0 {width:0} {height}" """);
        svg.Append("""font-family="ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace" """);
        svg.AppendLine("""font-size="14" xml:space="preserve">""");
        svg.AppendLine("""  <rect width="100%" height="100%" rx="10" fill="#0d1117"/>""");
        for (var line = 0; line < lines.Length; line++)
        {
            Draw(svg, lines[line].TrimEnd(), Margin + ((line + 1) * LineHeight) - 5);
        }

        svg.AppendLine("</svg>");
        File.WriteAllText(file, svg.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>Draws each piece of text as an element at its own column, so that no font can shift the following text.</summary>
    private static void Draw(StringBuilder svg, string line, int y)
    {
        string? fill = null;
        var column = 0;
        foreach (Match piece in Pieces().Matches(line))
        {
            if (piece.Groups["codes"] is { Success: true } codes)
            {
                fill = codes.Value.Split(';').Aggregate(fill, Colour);
                continue;
            }

            if (!string.IsNullOrWhiteSpace(piece.Value))
            {
                var text = piece.Value.Trim();
                var start = Margin + ((column + piece.Value.Length - piece.Value.TrimStart().Length) * CharacterWidth);
                var length = text.Length * CharacterWidth;
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""  <text x="{start:0.#}" y="{y}" textLength="{length:0.#}" fill="{fill ?? Colours[^1]}">""");
                svg.Append(WebUtility.HtmlEncode(text)).AppendLine("</text>");
            }

            column += piece.Value.Length;
        }
    }

    private static string? Colour(string? fill, string code) =>
        int.TryParse(code, CultureInfo.InvariantCulture, out var number)
            ? number switch
            {
                0 or 39 => null,
                >= 30 and <= 37 => Colours[number - 30],
                >= 90 and <= 97 => Colours[number - 90],
                _ => fill,
            }
            : null;

    [GeneratedRegex("\u001b\\[(?<codes>[0-9;]*)m|[^\u001b]+|\u001b")]
    private static partial Regex Pieces();
}
