using System.Text.RegularExpressions;
using MilvusMonitoring.Manifests.Yaml;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>
/// What makes Alertmanager refuse a whole configuration, as <c>amtool check-config</c> reports it. What depends on a version, such as the
/// fields of an integration, is not judged.
/// </summary>
internal static partial class ConfigurationRules
{
    private static readonly HashSet<string> Sections = new(StringComparer.Ordinal)
    {
        "global", "route", "inhibit_rules", "receivers", "templates", "mute_time_intervals", "time_intervals", "tracing",
    };

    private static readonly HashSet<string> RouteFields = new(StringComparer.Ordinal)
    {
        "receiver", "group_by", "match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals", "continue", "routes",
        "group_wait", "group_interval", "repeat_interval",
    };

    /// <summary>Finds the first fault of a configuration.</summary>
    /// <param name="document">The whole configuration.</param>
    /// <returns>A phrase that follows the name of the configuration; null if there is none.</returns>
    public static string? FindProblem(YamlNode document)
    {
        if (FindOddKey(document, Sections) is { } odd)
        {
            return $"has the field '{odd.Text}', which Alertmanager does not know{Line(odd)}";
        }

        if (document.Find("route") is not { Kind: YamlKind.Mapping } root)
        {
            return "has no route";
        }

        var names = document.ListItems("receivers").Select(receiver => receiver.FindText("name") ?? string.Empty).ToList();
        if (names.Contains(string.Empty))
        {
            return "has a receiver without a name";
        }

        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return $"has the receiver '{twice.Key}' twice";
        }

        if (string.IsNullOrEmpty(root.FindText("receiver")))
        {
            return "names no receiver for its first route";
        }

        if (((string[])["match", "match_re", "matchers"]).Any(name => root.Find(name) is { Size: > 1 }))
        {
            return "has matchers on its first route, which must match every alert";
        }

        if (root.FindText("continue") is { } text && IsTrue(text))
        {
            return "has 'continue: true' on its first route";
        }

        var intervals = document.ListItems("mute_time_intervals")
            .Concat(document.ListItems("time_intervals"))
            .Select(interval => interval.FindText("name") ?? string.Empty)
            .ToHashSet(StringComparer.Ordinal);
        return FindProblem(root, names.ToHashSet(StringComparer.Ordinal), intervals)
            ?? document.ListItems("inhibit_rules").Select(FindInhibitionProblem).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Whether a text is a true of YAML 1.1, which Alertmanager reads.</summary>
    public static bool IsTrue(string text) => text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON"
        or "y" or "Y";

    /// <summary>Reads a duration such as <c>30s</c> or <c>1h30m</c>; null if Alertmanager refuses the text.</summary>
    public static TimeSpan? ParseDuration(string text) => Zero().IsMatch(text) ? TimeSpan.Zero : ScrapeDuration.Parse(text);

    private static string? FindProblem(YamlNode route, HashSet<string> receivers, HashSet<string> intervals)
    {
        if (route.Kind != YamlKind.Mapping)
        {
            return $"has a route that is not a mapping{Line(route)}";
        }

        if (FindOddKey(route, RouteFields) is { } odd)
        {
            return $"has the field '{odd.Text}' in a route, which Alertmanager does not know{Line(odd)}";
        }

        if (route.FindText("receiver") is { Length: > 0 } receiver && !receivers.Contains(receiver))
        {
            return $"names the receiver '{receiver}', which it does not have{Line(route)}";
        }

        foreach (var name in (string[])["group_wait", "group_interval", "repeat_interval"])
        {
            if (route.FindText(name) is { } text && !IsDuration(text, mayBeZero: name == "group_wait"))
            {
                return $"has '{text}' as a {name}, which Alertmanager does not accept{Line(route)}";
            }
        }

        if (route.ListItems("mute_time_intervals")
            .Concat(route.ListItems("active_time_intervals"))
            .FirstOrDefault(interval => !intervals.Contains(interval.Text)) is { } unknown)
        {
            return $"names the time interval '{unknown.Text}', which it does not have{Line(unknown)}";
        }

        return FindGroupingProblem(route)
            ?? FindMatcherProblem(route)
            ?? route.ListItems("routes")
                .Select(child => FindProblem(child, receivers, intervals))
                .FirstOrDefault(found => found is not null);
    }

    private static YamlNode? FindOddKey(YamlNode mapping, HashSet<string> known) =>
        mapping.Members.Select(member => member.Key).FirstOrDefault(key => !known.Contains(key.Text) && key.Text != "<<");

    private static bool IsDuration(string text, bool mayBeZero) =>
        ParseDuration(text) is { } time && (mayBeZero || time > TimeSpan.Zero);

    private static string? FindGroupingProblem(YamlNode route)
    {
        var labels = route.ListItems("group_by").Select(item => item.Text).ToList();
        if (labels.Contains("...") && labels.Count > 1)
        {
            return $"groups by '...' and by other labels at once{Line(route)}";
        }

        return labels.Count != labels.Distinct(StringComparer.Ordinal).Count() ? $"groups twice by one label{Line(route)}" : null;
    }

    private static string? FindMatcherProblem(YamlNode route)
    {
        try
        {
            _ = AlertmanagerConfiguration.ReadMatchers(route);
            return null;
        }
        catch (FormatException exception)
        {
            return $"has a matcher that Alertmanager does not accept: {exception.Message}{Line(route)}";
        }
    }

    private static string? FindInhibitionProblem(YamlNode rule)
    {
        try
        {
            foreach (var matcher in rule.ListItems("source_matchers").Concat(rule.ListItems("target_matchers")))
            {
                _ = MatcherReader.Read(matcher.Text);
            }

            return null;
        }
        catch (FormatException exception)
        {
            return $"has an inhibition that Alertmanager does not accept: {exception.Message}{Line(rule)}";
        }
    }

    private static string Line(YamlNode node) => $" (line {node.Start.Line + 1})";

    [GeneratedRegex("^0+(?:[ywdhms]|ms)?\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Zero();
}
