using System.Text.RegularExpressions;

namespace HelpBuilder;

/// <summary>Reads a page: the name of the cmdlet as its title, then one <c>##</c> section for each part of the help.</summary>
internal static partial class HelpPageReader
{
    private static readonly string[] Parts =
        ["SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "ERRORS", "LINKS"];

    /// <summary>Reads one page.</summary>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="lines">Its lines.</param>
    /// <exception cref="HelpPageException">The page lacks a part, or has one that is not of the form.</exception>
    public static HelpPage Read(string file, IReadOnlyList<string> lines)
    {
        var page = Section.Read(file, lines);
        var titles = page.Subsections.Select(section => section.Title).ToList();
        if (!titles.SequenceEqual(Parts))
        {
            throw new HelpPageException(
                file,
                page.Line,
                $"the sections have to be {string.Join(", ", Parts)}, but are {string.Join(", ", titles)}");
        }

        var parts = page.Subsections.ToDictionary(section => section.Title);
        return new HelpPage(
            page.Title,
            Filled(parts["SYNOPSIS"])[0],
            [.. Block(parts["SYNTAX"], "powershell").Where(line => line.Length > 0).Select(Syntax)],
            Filled(parts["DESCRIPTION"]),
            [.. parts["EXAMPLES"].Subsections.Select(Example)],
            [.. parts["PARAMETERS"].Subsections.Select(Parameter)],
            [.. parts["INPUTS"].Subsections.Select(type => new TypeHelp(type.Title, Filled(type)))],
            [.. parts["OUTPUTS"].Subsections.Select(type => new TypeHelp(type.Title, Filled(type)))],
            Filled(parts["ERRORS"]),
            [
                .. Links()
                    .Matches(string.Join('\n', parts["LINKS"].Lines))
                    .Select(link => new Link(link.Groups[1].Value, link.Groups[2].Value)),
            ]);

        SyntaxLine Syntax(string line) => line.StartsWith(page.Title + " ", StringComparison.Ordinal)
            ? new SyntaxLine([.. Options().Matches(line[page.Title.Length..]).Where(match => match.Groups["name"].Success).Select(Option)])
            : throw Fault(parts["SYNTAX"], $"a line has to begin with {page.Title}");

        Example Example(Section section) => new(
            section.Title,
            string.Join('\n', Block(section, "powershell")),
            section.Paragraphs,
            section.Lines.Select(line => Needs().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value);

        ParameterHelp Parameter(Section section)
        {
            if (!section.Title.StartsWith('-'))
            {
                throw Fault(section, "the heading of a parameter is its name, with its dash");
            }

            var facts = (Text.Block(section.Lines, "yaml") ?? [])
                .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .ToDictionary(fact => fact[0], fact => fact[^1]);
            return facts.Keys.FirstOrDefault(key => key is not ("Aliases" or "Default" or "Pipeline" or "Wildcards")) is { } unknown
                ? throw Fault(section, $"'{unknown}' is none of Aliases, Default, Pipeline, Wildcards")
                : new ParameterHelp(
                    section.Title[1..],
                    Filled(section),
                    facts.GetValueOrDefault("Aliases", "none"),
                    facts.GetValueOrDefault("Default", "None"),
                    facts.GetValueOrDefault("Pipeline", "False"),
                    facts.GetValueOrDefault("Wildcards") == "True");
        }

        IReadOnlyList<string> Filled(Section section) =>
            section.Lines.Exists(line => line.StartsWith('|'))
                ? throw Fault(section, $"'{section.Title}' has a table, which Get-Help shows as its source; write a list")
            : section.Paragraphs is { Count: > 0 } text ? text
            : throw Fault(section, $"'{section.Title}' has no text");

        IReadOnlyList<string> Block(Section section, string language) =>
            Text.Block(section.Lines, language) ?? throw Fault(section, $"'{section.Title}' has no ```{language} block");

        HelpPageException Fault(Section section, string message) => new(file, section.Line, message);
    }

    private static SyntaxParameter Option(Match match)
    {
        var type = match.Groups["type"];
        return new SyntaxParameter(
            match.Groups["name"].Value,
            type.Success ? type.Value : null,
            Required: !match.Groups["optional"].Success,
            Positional: match.Groups["positional"].Success);
    }

    // [[-Name] <type>], [-Name] <type>, [-Name <type>], -Name <type>, [-Name], -Name, [<CommonParameters>]
    [GeneratedRegex(
        @"(?<optional>\[)(?<positional>\[)-(?<name>\w+)\] <(?<type>[^>]+)>\]"
            + @"|(?<positional>\[)-(?<name>\w+)\] <(?<type>[^>]+)>"
            + @"|(?<optional>\[)-(?<name>\w+)( <(?<type>[^>]+)>)?\]"
            + @"|-(?<name>\w+)( <(?<type>[^>]+)>)?"
            + @"|\[<CommonParameters>\]")]
    private static partial Regex Options();

    [GeneratedRegex(@"^<!-- needs: (.+) -->$")]
    private static partial Regex Needs();

    [GeneratedRegex(@"\[([^\]]+)\]\(([^)]+)\)")]
    private static partial Regex Links();
}
