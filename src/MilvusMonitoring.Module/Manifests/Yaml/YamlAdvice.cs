using YamlDotNet.Core;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Says in words what YamlDotNet's parser found wrong.</summary>
internal static class YamlAdvice
{
    /// <summary>One line without a full stop: what is wrong and what to do.</summary>
    /// <param name="exception">What the parser threw.</param>
    /// <param name="text">The text that it read.</param>
    /// <returns>The line.</returns>
    public static string Describe(YamlException exception, ReadOnlySpan<byte> text)
    {
        var reason = exception.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        var advice = IndentsWithTab(Line(text, exception.Start.Line)) || IndentsWithTab(Line(text, exception.End.Line))
            ? "indent with spaces, not with tabs"
            : "correct the file";
        return $"is no valid YAML ({reason}); {advice}";
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, long number)
    {
        for (long line = 1; line < number; line++)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                return [];
            }

            text = text[(end + 1)..];
        }

        var length = text.IndexOf((byte)'\n');
        return length < 0 ? text : text[..length];
    }

    private static bool IndentsWithTab(ReadOnlySpan<byte> line) => line.TrimStart((byte)' ') is [(byte)'\t', ..];
}
