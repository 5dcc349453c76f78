using System.Text.RegularExpressions;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>What the API server takes as a label.</summary>
internal static partial class LabelRules
{
    private const int LongestName = 63;
    private const int LongestPrefix = 253;

    /// <summary>Checks a label.</summary>
    /// <param name="key">Its key: a name, or a domain, a slash and a name.</param>
    /// <param name="value">Its value; may be empty.</param>
    /// <returns>What is wrong; null where nothing is.</returns>
    public static string? Problem(string key, string value)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (prefix, name) = slash < 0 ? (null, key) : (key[..slash], key[(slash + 1)..]);
        if (name.Length is 0 or > LongestName || !Name().IsMatch(name))
        {
            return $"'{key}' is no label key: its name has 1 to {LongestName} letters, digits, '-', '_' or '.', with a letter or digit at both ends";
        }

        if (prefix is not null && (prefix.Length is 0 or > LongestPrefix || !Domain().IsMatch(prefix)))
        {
            return $"'{key}' is no label key: before the slash stands a domain name of small letters, digits, '-' and '.', at most {LongestPrefix} long";
        }

        return value.Length > LongestName || (value.Length > 0 && !Name().IsMatch(value))
            ? $"'{value}' is no value for the label {key}: it has at most {LongestName} letters, digits, '-', '_' or '.', with a letter or digit at both ends"
            : null;
    }

    [GeneratedRegex("^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.None, 1000)]
    private static partial Regex Domain();
}
