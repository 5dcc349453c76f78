using System.Text.RegularExpressions;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Dashboards.Files;

/// <summary>Puts values in the place of Grafana's variables, so that Prometheus can evaluate a query of a dashboard.</summary>
/// <param name="known">The values of the variables that have one, by name. A matcher with any other variable takes every value.</param>
internal sealed partial class QueryVariables(IReadOnlyDictionary<string, string> known)
{
    private const string Interval = "5m";

    /// <summary>Writes a query without variables; the query as it is if it is too long to be read.</summary>
    public string Render(string query)
    {
        if (query.Length > Bounds.AlertExpression.Limit)
        {
            return query;
        }

        try
        {
            var rendered = Matcher().Replace(query, WriteMatcher);
            rendered = Range().Replace(rendered, match => $"[{Interval}{match.Groups["step"].Value}]");
            return Variable().Replace(rendered, match => WriteValue(match.Groups["name"].Value));
        }
        catch (RegexMatchTimeoutException)
        {
            // Prometheus says what is wrong with such a query.
            return query;
        }
    }

    /// <summary>
    /// Writes a matcher whose value has a variable. A variable may have several values, so that the matcher becomes a regular expression,
    /// whatever its operator.
    /// </summary>
    private string WriteMatcher(Match match)
    {
        var (label, value) = (match.Groups["label"].Value, match.Groups["value"].Value);
        if (Variable().Match(value) is not { Success: true } variable)
        {
            return match.Value;
        }

        var isNegative = match.Groups["operator"].Value[0] == '!';
        if (variable.Value == value && known.TryGetValue(variable.Groups["name"].Value, out var text))
        {
            return $"{label}{match.Groups["operator"].Value}{PromText.Quote(text)}";
        }

        return isNegative ? $"{label}!=\"\"" : $"{label}=~\"{Variable().Replace(value, ".*")}\"";
    }

    private string WriteValue(string name)
    {
        if (known.TryGetValue(name, out var text))
        {
            return text;
        }

        if (name.EndsWith("_ms", StringComparison.Ordinal))
        {
            return "300000";
        }

        if (name.EndsWith("_s", StringComparison.Ordinal))
        {
            return "300";
        }

        return name.Contains("interval", StringComparison.OrdinalIgnoreCase) || name.Contains("range", StringComparison.OrdinalIgnoreCase)
            ? Interval
            : "1";
    }

    [GeneratedRegex("""(?<label>[A-Za-z_]\w*)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\.)*)\x22""", RegexOptions.None, 1000)]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\[(?:\$\w+|\$\{\w+(?::\w+)?\})(?<step>:[^\]]*)?\]", RegexOptions.None, 1000)]
    private static partial Regex Range();

    [GeneratedRegex(@"\$(?<name>\w+)|\$\{(?<name>\w+)(?:[.:][^}]*)?\}|\[\[(?<name>\w+)(?::\w+)?\]\]", RegexOptions.None, 1000)]
    private static partial Regex Variable();
}
