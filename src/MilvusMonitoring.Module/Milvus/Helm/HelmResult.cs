using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>How helm ended.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Output">The standard output.</param>
/// <param name="ErrorLines">The last lines of the standard error; warnings among them are no failure.</param>
internal sealed record HelmResult(int ExitCode, ReadOnlyMemory<byte> Output, IReadOnlyList<string> ErrorLines)
{
    private static readonly string[] Prefixes = ["Error: ", "UPGRADE FAILED: "];

    /// <summary>The lines that helm calls warnings.</summary>
    public IEnumerable<string> Warnings =>
        ErrorLines.Where(line =>
            line.StartsWith("WARNING: ", StringComparison.Ordinal) || line.Contains("level=WARN ", StringComparison.Ordinal));

    /// <summary>The last error of helm in one line: what follows the last <c>Error:</c>, or else the last line.</summary>
    public string LastError
    {
        get
        {
            var start = ErrorLines.ToList().FindLastIndex(line => line.StartsWith(Prefixes[0], StringComparison.Ordinal));
            var text =
                start >= 0
                    ? string.Join(' ', ErrorLines.Skip(start))
                    : ErrorLines.LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "it says nothing";
            foreach (var prefix in Prefixes)
            {
                text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
            }

            return OneLine.TrimPunctuation(OneLine.Clean(text));
        }
    }
}
