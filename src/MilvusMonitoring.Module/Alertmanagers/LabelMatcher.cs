using System.Text.RegularExpressions;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>One condition on a label of an alert, as Alertmanager evaluates it: a label that an alert lacks is empty.</summary>
internal sealed class LabelMatcher
{
    private readonly Regex? _pattern;

    private LabelMatcher(string name, string operation, string value, Regex? pattern) =>
        (Name, Operator, Value, _pattern) = (name, operation, value, pattern);

    public string Name { get; }

    /// <summary><c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>.</summary>
    public string Operator { get; }

    public string Value { get; }

    /// <exception cref="FormatException">The value is no regular expression that can be evaluated in linear time.</exception>
    public static LabelMatcher Create(string name, string operation, string value) =>
        new(name, operation, value, operation is "=~" or "!~" ? CreatePattern(value) : null);

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(Name) ?? string.Empty;
        return Operator switch
        {
            "=" => value == Value,
            "!=" => value != Value,
            "=~" => _pattern!.IsMatch(value),
            _ => !_pattern!.IsMatch(value),
        };
    }

    /// <returns><c>severity="critical"</c>.</returns>
    public override string ToString() =>
        $"{Name}{Operator}\"{Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>
    /// Alertmanager anchors an expression at both ends. Its RE2 knows neither look-around nor back-references, and no other expression of
    /// .NET is refused here.
    /// </summary>
    private static Regex CreatePattern(string value)
    {
        try
        {
            return new Regex($"^(?:{value})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{value}' is not a regular expression that Alertmanager accepts", exception);
        }
    }
}
