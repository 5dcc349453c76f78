using System.Text;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>Recognises templates of a Helm chart.</summary>
internal static partial class HelmTemplate
{
    private const int Searched = 64 << 10;

    /// <summary>Whether a text has actions that only Helm's templates have.</summary>
    public static bool IsTemplate(ReadOnlySpan<byte> text) =>
        text.IndexOf("{{"u8) >= 0 && Action().IsMatch(Encoding.UTF8.GetString(text[..Math.Min(text.Length, Searched)]));

    [GeneratedRegex(
        @"\{\{[^{}\n]*(?:\.(?:Values|Release|Chart|Capabilities)\b|\b(?:include|tpl)\s)",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Action();
}
