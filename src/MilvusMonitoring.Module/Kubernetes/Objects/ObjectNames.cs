using System.Security.Cryptography;
using System.Text;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>
/// Makes names of objects out of text that need not be one. The value of a label, such as the name of a Milvus, may have capital letters,
/// underscores and dots.
/// </summary>
internal static class ObjectNames
{
    private const int HashLength = 8;
    private const int LongestSubdomain = 253;

    /// <summary>Makes a DNS label: lower-case letters, digits and hyphens.</summary>
    /// <param name="text">The text. It is the name itself if it is a DNS label.</param>
    /// <param name="limit">The most characters that the name may have.</param>
    public static string FitLabel(string text, int limit) => Fit(text, limit, hasDots: false);

    /// <summary>Makes a DNS subdomain, which may also have dots.</summary>
    /// <param name="text">The text. It is the name itself if it is a DNS subdomain.</param>
    public static string FitSubdomain(string text) => Fit(text, LongestSubdomain, hasDots: true);

    /// <summary>Makes a name. A text that is none gets a hash at its end, so that two texts do not get the same name.</summary>
    private static string Fit(string text, int limit, bool hasDots)
    {
        var fitted = new string(
            [.. text.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || (hasDots && letter == '.') ? letter : '-')]);
        var parts = fitted.Split('.').Select(part => part.Trim('-')).Where(part => part.Length > 0);
        fitted = string.Join('.', parts);
        if (fitted == text && text.Length <= limit)
        {
            return text;
        }

        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength].ToLowerInvariant();
        var rest = fitted[..Math.Min(fitted.Length, limit - HashLength - 1)].TrimEnd('-', '.');
        return rest.Length == 0 ? hash : $"{rest}-{hash}";
    }
}
