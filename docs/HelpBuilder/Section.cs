namespace HelpBuilder;

/// <summary>A heading of a Markdown page with the lines below it, down to the next heading of its level or above.</summary>
/// <param name="Title">The text of the heading.</param>
/// <param name="Line">The line of the heading, from 1.</param>
/// <param name="Lines">The lines below, its own subheadings left out.</param>
/// <param name="Subsections">The headings one level deeper.</param>
internal sealed record Section(string Title, int Line, List<string> Lines, List<Section> Subsections)
{
    /// <summary>Takes a page apart: its title, with a section a <c>##</c> and a subsection a <c>###</c>.</summary>
    public static Section Read(string file, IReadOnlyList<string> lines)
    {
        var path = new List<Section>();
        var fenced = false;
        for (var index = 0; index < lines.Count; index++)
        {
            var line = lines[index].TrimEnd();
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            var level = fenced ? 0 : line.TakeWhile(character => character == '#').Count();
            if (level == 0)
            {
                path.LastOrDefault()?.Lines.Add(line);
                continue;
            }

            var section = new Section(line[level..].Trim(), index + 1, [], []);
            if (level > 3 || level > path.Count + 1 || (level == 1 && path.Count > 0))
            {
                throw new HelpPageException(file, section.Line, $"'{line}' is out of place: one #, below it ##, below that ###");
            }

            path.RemoveRange(level - 1, path.Count - level + 1);
            path.LastOrDefault()?.Subsections.Add(section);
            path.Add(section);
        }

        return path.FirstOrDefault() ?? throw new HelpPageException(file, 1, "the page has no title");
    }

    /// <summary>The text: a paragraph an entry, and an entry of its own for each item of a list.</summary>
    public IReadOnlyList<string> Paragraphs => Text.Paragraphs(Lines);
}
