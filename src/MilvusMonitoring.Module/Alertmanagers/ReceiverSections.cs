using System.Text;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>
/// Writes receivers into the file of an Alertmanager, between marks, and takes them out again. Every other byte of the file stays: the
/// sections are inserted into the text, and the rest is not written anew.
/// </summary>
/// <remarks>
/// There are two sections: the routes come before all others, each with <c>continue: true</c>, so that no route of others loses an alert
/// to them; the receivers come before all others. In brackets a section begins and ends with a line break of its own, and what follows is
/// indented as it is.
/// </remarks>
internal static class ReceiverSections
{
    private const string Begin = "# BEGIN milvus-monitoring: written by Set-MilvusAlertReceiver";
    private const string BeginInline = Begin + ", with the line breaks around";
    private const string End = "# END milvus-monitoring";

    /// <summary>Takes the sections out of a file.</summary>
    /// <returns>The file as it was without them, and the receivers in them.</returns>
    /// <exception cref="FormatException">The marks or the lines between them are not as this module writes them.</exception>
    public static (string Others, IReadOnlyList<OwnReceiver> Receivers) Read(string text)
    {
        var rest = new StringBuilder();
        var routes = new List<string>();
        var receivers = new List<string>();
        List<string>? section = null;
        var (isInline, indentation) = (false, 0);
        foreach (var whole in ListLines(text))
        {
            var line = whole.StartsWith(new string(' ', indentation), StringComparison.Ordinal) ? whole[indentation..] : throw Damaged();
            indentation = 0;
            var content = line.Trim();
            if (content is Begin or BeginInline)
            {
                if (section is not null)
                {
                    throw Damaged();
                }

                section = [];
                isInline = content == BeginInline;
                if (isInline)
                {
                    RemoveLineBreak(rest);
                }
            }
            else if (section is null)
            {
                rest.Append(content == End ? throw Damaged() : line);
            }
            else if (content == End)
            {
                Sort(section, routes, receivers);
                section = null;
                indentation = isInline ? line.Length - line.TrimStart(' ').Length : 0;
            }
            else
            {
                section.Add(content);
            }
        }

        return section is null && OwnReceiver.Pair(routes, receivers) is { } own ? (rest.ToString(), own) : throw Damaged();
    }

    /// <summary>Inserts receivers into a file that has none of this module.</summary>
    /// <param name="rest">The file without sections.</param>
    /// <param name="receivers">The receivers; none leaves the file as it is.</param>
    /// <exception cref="FormatException">Alertmanager refuses the file, or the file has a form that is not edited.</exception>
    public static string Write(string rest, IReadOnlyList<OwnReceiver> receivers)
    {
        if (receivers.Count == 0)
        {
            return rest;
        }

        _ = AlertmanagerConfiguration.Parse(rest);
        var document = YamlTree.Parse(rest)!;
        var lines = ListLines(rest);
        var receiverList = document.FindMember("receivers") ?? throw NotEdited("has receivers that are merged in");
        var route = document.FindMember("route") ?? throw NotEdited("has a route that is merged in");
        if (route.Value.IsAlias)
        {
            throw NotEdited("has a route that is an alias");
        }

        var insertions = new[]
        {
            InsertItems(lines, receiverList, [.. receivers.Select(own => own.Receiver)]),
            InsertRoutes(lines, route.Value, [.. receivers.Select(own => own.Route)]),
        };
        var text = rest;
        foreach (var insertion in insertions.OrderByDescending(insertion => insertion.At))
        {
            text = text.Insert(insertion.At, insertion.Text);
        }

        EnsureSame(rest, text, document, receivers.Count);
        return text;
    }

    private static void Sort(IReadOnlyList<string> section, List<string> routes, List<string> receivers)
    {
        var items = section
            .Select(line => line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : line.TrimEnd(','))
            .Where(line => line.StartsWith('{'))
            .ToList();
        var isRoutes = items.Count > 0 && items[0].StartsWith("{\"receiver\"", StringComparison.Ordinal);
        (isRoutes ? routes : receivers).AddRange(items);
    }

    private static Insertion InsertRoutes(IReadOnlyList<string> lines, YamlNode route, IReadOnlyList<string> items)
    {
        if (route.FindMember("routes") is { } routes)
        {
            return InsertItems(lines, routes, items);
        }

        if (route.Find("routes") is not null)
        {
            throw NotEdited("has routes that are merged in");
        }

        if (route.IsFlow)
        {
            return InsertInline(lines, route.Start, ["\"routes\": [", .. items.Select(item => item + ","), "],"]);
        }

        var first = route.Members[0].Key.Start;
        return InsertLines(lines, first, ["routes:", .. items.Select(item => "- " + item)]);
    }

    private static Insertion InsertItems(
        IReadOnlyList<string> lines,
        (YamlNode Key, YamlNode Value) list,
        IReadOnlyList<string> items)
    {
        var value = list.Value;
        if (value.IsAlias || value.Kind != YamlKind.Sequence)
        {
            throw NotEdited($"has no list at '{list.Key.Text}' that is written there");
        }

        if (value.IsFlow)
        {
            return InsertInline(lines, value.Start, [.. items.Select(item => item + ",")]);
        }

        // A comment before the first item is the item's, so that the section comes before it.
        var after = list.Key.Start.Line + 1;
        var first = Enumerable.Range(after, lines.Count - after).FirstOrDefault(line => lines[line].Trim() is not ("" or ['#', ..]), -1);
        return first >= 0 && lines[first].TrimStart(' ') is ['-', ..] item
            ? InsertLines(lines, new YamlPlace(after, lines[first].Length - item.Length), [.. items.Select(one => "- " + one)])
            : throw NotEdited($"has a list at '{list.Key.Text}' that does not begin on the next line");
    }

    /// <summary>Inserts whole lines before a line, indented to a column.</summary>
    private static Insertion InsertLines(IReadOnlyList<string> lines, YamlPlace place, IReadOnlyList<string> content)
    {
        var pad = new string(' ', place.Column);
        var end = FindLineBreak(lines);
        return new Insertion(
            lines.Take(place.Line).Sum(line => line.Length),
            string.Concat(((string[])[Begin, .. content, End]).Select(line => pad + line + end)));
    }

    /// <summary>Inserts after an opening bracket or brace.</summary>
    private static Insertion InsertInline(IReadOnlyList<string> lines, YamlPlace place, IReadOnlyList<string> content)
    {
        var line = lines[place.Line];
        if (place.Column >= line.Length || line[place.Column] is not ('[' or '{'))
        {
            throw NotEdited($"has an anchor or a tag before the brackets of line {place.Line + 1}");
        }

        var pad = new string(' ', line.Length - line.TrimStart(' ').Length + 2);
        var end = FindLineBreak(lines);
        return new Insertion(
            lines.Take(place.Line).Sum(before => before.Length) + place.Column + 1,
            end + string.Concat(((string[])[BeginInline, .. content, End]).Select(text => pad + text + end)) + pad);
    }

    /// <summary>Proves that the new file says what the old one said, and that the old one comes out of it again.</summary>
    private static void EnsureSame(string rest, string text, YamlNode before, int count)
    {
        var after = YamlTree.Parse(text);
        var hadRoutes = before.Find("route")!.FindMember("routes") is not null;
        if (after is null || !YamlNode.AreEqual(before, WithoutOurs(after, count, hadRoutes)) || Read(text).Others != rest)
        {
            throw NotEdited("has a form that is not edited");
        }

        _ = AlertmanagerConfiguration.Parse(text);
    }

    private static YamlNode WithoutOurs(YamlNode document, int count, bool hadRoutes)
    {
        var members = document.Members.Select(member => (member.Key, Without(member.Key.Text, member.Value)));
        return document with { Members = [.. members] };

        YamlNode Without(string key, YamlNode value) => key switch
        {
            "receivers" => value with { Items = [.. value.Items.Skip(count)] },
            "route" => value with
            {
                Members = [.. value.Members.Where(IsTheirs).Select(member => (member.Key, WithoutRoute(member)))],
            },
            _ => value,
        };

        bool IsTheirs((YamlNode Key, YamlNode Value) member) => hadRoutes || member.Key.Text != "routes";

        YamlNode WithoutRoute((YamlNode Key, YamlNode Value) member) =>
            member.Key.Text == "routes" ? member.Value with { Items = [.. member.Value.Items.Skip(count)] } : member.Value;
    }

    private static List<string> ListLines(string text)
    {
        var lines = new List<string>();
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            // YAML ends a line at a carriage return alone, too.
            if (text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.Length || text[at + 1] != '\n')))
            {
                lines.Add(text[start..(at + 1)]);
                start = at + 1;
            }
        }

        lines.Add(text[start..]);
        return lines;
    }

    private static string FindLineBreak(IReadOnlyList<string> lines) =>
        lines[0].EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private static void RemoveLineBreak(StringBuilder text)
    {
        foreach (var expected in "\n\r")
        {
            if (text.Length > 0 && text[^1] == expected)
            {
                text.Length--;
            }
        }
    }

    private static FormatException Damaged() => new(
        "has marks of milvus-monitoring that were changed by hand: what stands between '# BEGIN milvus-monitoring' and "
            + "'# END milvus-monitoring' must be as it was, or be removed with both lines");

    private static FormatException NotEdited(string fault) => new($"{fault}, so that no receiver can be added without changing the rest");

    private sealed record Insertion(int At, string Text);
}
