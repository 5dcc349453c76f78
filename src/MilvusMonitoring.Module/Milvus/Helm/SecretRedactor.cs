using System.Text.Json;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>Takes secrets out of what helm says: it may quote the values of a release.</summary>
/// <param name="words">The secrets.</param>
internal sealed partial class SecretRedactor(IEnumerable<string> words)
{
    private const int ShortestWord = 4;
    private const string Mask = "***";

    // Line by line, since a text over several lines may be quoted in parts; the longest first, since one may be part of another.
    private readonly string[] _words =
    [
        .. words
            .SelectMany(word => word.Split('\n', StringSplitOptions.TrimEntries))
            .Where(word => word.Length >= ShortestWord)
            .Distinct()
            .OrderByDescending(word => word.Length),
    ];

    /// <summary>The values that their names tell to be secret.</summary>
    public static IEnumerable<string> FindSecrets(JsonElement values) => Find(values, false);

    /// <summary>The text without the secrets.</summary>
    public string Hide(string text) => _words.Aggregate(text, (hidden, word) => hidden.Replace(word, Mask, StringComparison.Ordinal));

    private static IEnumerable<string> Find(JsonElement value, bool isSecret) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .SelectMany(member => Find(member.Value, isSecret || SecretName().IsMatch(member.Name))),
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Find(item, isSecret)),
            JsonValueKind.String when isSecret => [value.GetString()!],
            JsonValueKind.Number when isSecret => [value.GetRawText()],
            _ => [],
        };

    [GeneratedRegex("pass|pwd|secret|token|key|credential|auth", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretName();
}
