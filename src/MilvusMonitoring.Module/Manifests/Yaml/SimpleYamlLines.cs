using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Reads the lines of a YAML file. Skips blank lines and comment lines.</summary>
internal ref struct SimpleYamlLines
{
    private readonly ReadOnlySpan<byte> _text;
    private int _next;

    /// <summary>Starts before the first line.</summary>
    /// <param name="text">The text. Every line ends with a line feed.</param>
    public SimpleYamlLines(ReadOnlySpan<byte> text)
    {
        _text = text;
    }

    /// <summary>The line without its line feed and without trailing spaces.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>The number of leading spaces; -1 at the end of the document or the file.</summary>
    public int Indent { get; private set; }

    /// <summary>The number of the line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Whether there is no further document.</summary>
    public readonly bool AtEnd => _next >= _text.Length;

    /// <summary>Goes to the next line with content, or to the end of the document.</summary>
    /// <returns>False if only the full parser can read the line.</returns>
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

    /// <summary>Reads the lines of a literal block scalar that starts on the next line, and goes to the line after the scalar.</summary>
    /// <param name="parentIndent">The indentation of the parent collection.</param>
    /// <param name="content">Receives the content, with a line feed after each line but the last.</param>
    /// <returns>False if only the full parser can read the scalar.</returns>
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
                // A line of spaces is a break, unless the spaces reach into the content or come before it.
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
