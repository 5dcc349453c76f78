using YamlDotNet.Core;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Finds the remedy for an error of YamlDotNet's parser.</summary>
internal static class YamlAdvice
{
    /// <param name="text">The text that the parser read.</param>
    public static string FindRemedy(YamlException exception, ReadOnlySpan<byte> text) =>
        IndentsWithTab(FindLine(text, exception.Start.Line)) || IndentsWithTab(FindLine(text, exception.End.Line))
            ? "indent with spaces, not with tabs"
            : "correct the file";

    private static ReadOnlySpan<byte> FindLine(ReadOnlySpan<byte> text, long number)
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
