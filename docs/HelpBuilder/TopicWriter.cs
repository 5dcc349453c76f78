using System.Text;

namespace HelpBuilder;

/// <summary>Writes a page as an <c>about_</c> topic, which <c>Get-Help</c> shows as it stands.</summary>
internal static class TopicWriter
{
    private const int Width = 80;
    private const string Indent = "    ";

    /// <summary>Writes the text of a topic.</summary>
    /// <param name="name">The name of the topic: <c>about_Something</c>.</param>
    /// <param name="page">The page; its first paragraph is the short description.</param>
    public static string Write(string name, Section page)
    {
        var text = new StringBuilder();
        Append(text, "TOPIC", [name], []);
        Append(text, "SHORT DESCRIPTION", [.. page.Paragraphs.Take(1)], []);
        Append(text, "LONG DESCRIPTION", [.. page.Paragraphs.Skip(1)], []);
        foreach (var section in page.Subsections)
        {
            Append(text, section.Title.ToUpperInvariant(), section.Paragraphs, Text.Block(section.Lines, "yaml") ?? []);
            foreach (var part in section.Subsections)
            {
                Append(text, "  " + part.Title, part.Paragraphs, Text.Block(part.Lines, "yaml") ?? []);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<string> paragraphs, IReadOnlyList<string> block)
    {
        text.Append(title).Append('\n');
        var isItem = false;
        foreach (var paragraph in paragraphs)
        {
            text.Append(isItem && !IsItem(paragraph) ? "\n" : "");
            isItem = IsItem(paragraph);
            Wrap(text, paragraph, isItem ? "  " : "");
            text.Append(isItem ? "" : "\n");
        }

        text.Append(isItem ? "\n" : "");
        foreach (var line in block)
        {
            text.Append(Indent).Append(line).Append('\n');
        }

        text.Append(block.Count > 0 || paragraphs.Count == 0 ? "\n" : "");
    }

    private static bool IsItem(string paragraph) => paragraph.StartsWith("- ", StringComparison.Ordinal);

    private static void Wrap(StringBuilder text, string paragraph, string hanging)
    {
        var line = new StringBuilder(Indent);
        var isEmpty = true;
        foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Width)
            {
                text.Append(line).Append('\n');
                line.Clear().Append(Indent).Append(hanging);
                isEmpty = true;
            }

            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }

        text.Append(line).Append('\n');
    }
}
