using System.Text.Json;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>Removes secrets from the output of helm, which may quote the values of a release.</summary>
/// <param name="words">The secrets.</param>
internal sealed partial class SecretRedactor(IEnumerable<string> words)
{
    private const int ShortestWord = 4;
    private const string Mask = "***";

    // Line by line, because helm may quote parts of a text of several lines. The longest first, because one may be part of another.
    private readonly string[] _words =
    [
        .. words
            .SelectMany(word => word.Split('\n', StringSplitOptions.TrimEntries))
            .Where(word => word.Length >= ShortestWord)
            .Distinct()
            .OrderByDescending(word => word.Length),
    ];

    /// <summary>Finds the values with a name of a secret.</summary>
    public static IEnumerable<string> ListSecrets(JsonElement values) => List(values, false);

    /// <summary>Masks the secrets in a text.</summary>
    public string Hide(string text) => _words.Aggregate(text, (hidden, word) => hidden.Replace(word, Mask, StringComparison.Ordinal));

    private static IEnumerable<string> List(JsonElement value, bool isSecret) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .SelectMany(member => List(member.Value, isSecret || SecretName().IsMatch(member.Name))),
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => List(item, isSecret)),
            JsonValueKind.String when isSecret => [value.GetString()!],
            JsonValueKind.Number when isSecret => [value.GetRawText()],
            _ => [],
        };

    [GeneratedRegex("pass|pwd|secret|token|key|credential|auth", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretName();
}
