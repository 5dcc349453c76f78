using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Walks the lines of a YAML file; blank lines and lines of comment only are passed over.</summary>
internal ref struct SimpleYamlLines
{
    private readonly ReadOnlySpan<byte> _text;
    private int _next;

    /// <summary>Starts before the first line.</summary>
    /// <param name="text">The text; every line of it ends in a line feed.</param>
    public SimpleYamlLines(ReadOnlySpan<byte> text)
    {
        _text = text;
    }

    /// <summary>The line without its line feed and without spaces at its end.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>How many spaces it starts with; -1 where the document or the file has ended.</summary>
    public int Indent { get; private set; }

    /// <summary>The number of the line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Whether there is no further document.</summary>
    public readonly bool AtEnd => _next >= _text.Length;

    /// <summary>Goes to the next line with content, or to the end of the document.</summary>
    /// <returns>False where the line is one that only the full parser reads.</returns>
    public bool MoveNext()
    {
        while (_next < _text.Length)
        {
            var line = TakeLine().TrimEnd((byte)' ');
            var indent = line.IndexOfAnyExcept((byte)' ');
            if (indent < 0 || line[indent] == (byte)'#')
            {
                continue;
            }

            if (line.IndexOf((byte)'\t') >= 0)
            {
                return false;
            }

            if (indent == 0 && line[0] is (byte)'-' or (byte)'.' or (byte)'%' && !line.StartsWith("- "u8) && !line.SequenceEqual("-"u8))
            {
                Indent = -1;
                return line.SequenceEqual("---"u8);
            }

            Line = line;
            Indent = indent;
            return true;
        }

        Indent = -1;
        return true;
    }

    /// <summary>Reads the lines of a literal block scalar that starts on the next line, and goes to the line behind it.</summary>
    /// <param name="parentIndent">The indentation of the collection that holds it.</param>
    /// <param name="content">Gets the content, a line feed behind each line but the last.</param>
    /// <returns>False where the scalar is one that only the full parser reads.</returns>
    public bool TakeLiteral(int parentIndent, PooledBuffer content)
    {
        var indent = -1;
        var breaks = 0;
        while (_next < _text.Length)
        {
            var start = (Next: _next, Number);
            var line = TakeLine();
            var spaces = line.IndexOfAnyExcept((byte)' ');
            if (spaces < 0)
            {
                // Spaces only: a break, unless they reach into the content or come before it.
                if (line.Length > 0 && (indent < 0 || line.Length > indent))
                {
                    return false;
                }

                breaks++;
                continue;
            }

            if (indent < 0)
            {
                indent = spaces;
                if (indent <= parentIndent || line[spaces] == (byte)'\t')
                {
                    return false;
                }
            }
            else if (spaces < indent)
            {
                (_next, Number) = start;
                return spaces <= parentIndent && MoveNext();
            }
            else
            {
                breaks++;
            }

            Append(content, breaks, line[indent..]);
            breaks = 0;
        }

        return indent >= 0 && MoveNext();
    }

    private static void Append(PooledBuffer content, int breaks, ReadOnlySpan<byte> line)
    {
        var target = content.GetSpan(breaks + line.Length);
        target[..breaks].Fill((byte)'\n');
        line.CopyTo(target[breaks..]);
        content.Advance(breaks + line.Length);
    }

    private ReadOnlySpan<byte> TakeLine()
    {
        var rest = _text[_next..];
        var length = rest.IndexOf((byte)'\n');
        _next += length + 1;
        Number++;
        return rest[..length];
    }
}
