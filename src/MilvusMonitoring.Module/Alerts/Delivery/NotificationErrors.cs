using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Alerts.Delivery;

/// <summary>Finds in the log of an Alertmanager why a receiver was not notified.</summary>
/// <remarks>
/// Up to 0.27 a line is <c>level=warn component=dispatcher receiver=a integration=webhook[0] msg="Notify attempt failed, will retry
/// later" err="…"</c>, or at the end of all tries <c>msg="Notify for alerts failed" err="a/webhook[0]: …"</c>; later ones and JSON differ
/// in the order. Versions before 0.27 write the whole address of a webhook, which may be a secret.
/// </remarks>
internal static partial class NotificationErrors
{
    private const int LongestError = 300;

    /// <summary>Finds the last error of a receiver.</summary>
    /// <returns>The error without secrets; null if there is none.</returns>
    public static string? Find(string log, string receiver, string integration)
    {
        string? found = null;
        foreach (var line in log.AsSpan().EnumerateLines())
        {
            if (line.Contains("Notify", StringComparison.Ordinal) && FindError(line.ToString(), receiver, integration) is { } error)
            {
                found = error;
            }
        }

        return found;
    }

    /// <summary>Shortens each address to its scheme and host.</summary>
    public static string Redact(string text) => Address().Replace(text, match => $"{match.Groups["origin"].Value}/…");

    private static string? FindError(string line, string receiver, string integration)
    {
        var match = Error().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var text = match.Groups["text"].Value.Replace("\\\"", "\"", StringComparison.Ordinal);
        var own = $"{receiver}/{integration}[";
        var at = text.IndexOf(own, StringComparison.Ordinal);
        if (at >= 0)
        {
            var error = text[at..];
            return Shorten(error[(error.IndexOf("]: ", StringComparison.Ordinal) + 3)..]);
        }

        var isOwn = Receiver().Match(line) is { Success: true } named
            && named.Groups["name"].Value == receiver
            && Integration().Match(line) is { Success: true } kind
            && kind.Groups["name"].Value == integration;
        return isOwn ? Shorten(text) : null;
    }

    private static string Shorten(string error) => OneLine.TrimPunctuation(OneLine.Clean(Redact(error), LongestError));

    [GeneratedRegex("(?<origin>https?://[^/\\s\"\\\\?#@]*@?[^/\\s\"\\\\?#]*)[^\\s\"\\\\]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();

    [GeneratedRegex("(?:\\berr=|\"err(?:or)?\":)\"(?<text>(?:[^\"\\\\]|\\\\.)*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Error();

    [GeneratedRegex("(?:\\breceiver=|\"receiver\":)\"?(?<name>[^\\s\",]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Receiver();

    [GeneratedRegex("(?:\\bintegration=|\"integration\":)\"?(?<name>[a-z0-9]+)\\[", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Integration();
}
