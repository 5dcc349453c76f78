using System.Text.RegularExpressions;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>The API server's rules for labels.</summary>
internal static partial class LabelRules
{
    private const int LongestName = 63;
    private const int LongestPrefix = 253;

    private static readonly string NameRule =
        $"{LongestName} letters, digits, '-', '_' or '.', with a letter or digit at both ends";

    /// <summary>Finds the fault of a label; null if there is none.</summary>
    /// <param name="key">A name, or a domain, a slash and a name.</param>
    /// <param name="value">The value; may be empty.</param>
    public static string? FindProblem(string key, string value)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (prefix, name) = slash < 0 ? (null, key) : (key[..slash], key[(slash + 1)..]);
        if (name.Length is 0 or > LongestName || !Name().IsMatch(name))
        {
            return $"'{key}' is not a label key: its name needs 1 to {NameRule}";
        }

        if (prefix is not null && (prefix.Length is 0 or > LongestPrefix || !Domain().IsMatch(prefix)))
        {
            return $"'{key}' is not a label key: the part before the slash must be a domain name "
                + $"of lower-case letters, digits, '-' and '.', at most {LongestPrefix} long";
        }

        return value.Length > LongestName || (value.Length > 0 && !Name().IsMatch(value))
            ? $"'{value}' is not a value for the label {key}: a value has at most {NameRule}"
            : null;
    }

    [GeneratedRegex("^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.None, 1000)]
    private static partial Regex Domain();
}
