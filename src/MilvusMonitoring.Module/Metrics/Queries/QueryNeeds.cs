using System.Text.RegularExpressions;

namespace MilvusMonitoring.Metrics.Queries;

/// <summary>A matcher of a selector.</summary>
/// <param name="Label">The label.</param>
/// <param name="Operator"><c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>.</param>
/// <param name="Value">The value, or the regular expression, without quotes.</param>
internal sealed record SelectorMatcher(string Label, string Operator, string Value)
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Whether the matcher asks for values, and not only refuses some.</summary>
    public bool IsPositive => Operator is "=" or "=~";

    /// <summary>Whether a value of the label matches; true for a regular expression that .NET does not take.</summary>
    public bool Matches(string value) => Operator switch
    {
        "=" => value == Value,
        "!=" => value != Value,
        "=~" => MatchesPattern(value) ?? true,
        _ => !(MatchesPattern(value) ?? false),
    };

    /// <returns><c>status="fail"</c>.</returns>
    public override string ToString() => $"{Label}{Operator}{PromText.Quote(Value)}";

    private bool? MatchesPattern(string value)
    {
        try
        {
            return Regex.IsMatch(value, $"^(?:{Value})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchLimit);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return null;
        }
    }
}

/// <summary>A selector of series in an expression.</summary>
/// <param name="Metric">The name of the metric; null if the selector has none.</param>
/// <param name="Matchers">Its matchers, without that of the name.</param>
internal sealed record QuerySelector(string? Metric, IReadOnlyList<SelectorMatcher> Matchers)
{
    // Selectors are told apart by their text, many times each.
    private string? _text;

    /// <summary>Copies what the selector is, and not its text: a copy is made to be changed.</summary>
    private QuerySelector(QuerySelector original) => (Metric, Matchers) = (original.Metric, original.Matchers);

    /// <summary>The selector with some of its matchers only.</summary>
    public QuerySelector Keep(Func<SelectorMatcher, bool> isKept) => this with { Matchers = [.. Matchers.Where(isKept)] };

    public bool Equals(QuerySelector? other) => other is not null && Metric == other.Metric && Matchers.Equals(other.Matchers);

    public override int GetHashCode() => HashCode.Combine(Metric, Matchers);

    /// <summary>The selector as PromQL.</summary>
    /// <returns><c>up{namespace="milvus"}</c>.</returns>
    public override string ToString() => _text ??= Write();

    private string Write()
    {
        var isPlain = Metric is not null && IsPlain(Metric);
        var all = isPlain || Metric is null ? Matchers : [new SelectorMatcher("__name__", "=", Metric), .. Matchers];
        var matchers = all.Count == 0 ? string.Empty : $"{{{string.Join(',', all)}}}";
        return (isPlain ? Metric : null) + matchers;
    }

    private static bool IsPlain(string name) =>
        !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or ':');
}

/// <summary>The series without which an expression has no result.</summary>
/// <param name="All">The selectors that all need series.</param>
/// <param name="Choices">For each <c>or</c> its operands, of which one is enough.</param>
internal sealed record QueryNeeds(IReadOnlyList<QuerySelector> All, IReadOnlyList<IReadOnlyList<QueryNeeds>> Choices)
{
    public static QueryNeeds Nothing { get; } = new([], []);

    /// <summary>Every selector, also those of which one is enough.</summary>
    public IEnumerable<QuerySelector> Selectors =>
        All.Concat(Choices.SelectMany(operands => operands).SelectMany(operand => operand.Selectors));

    /// <summary>The needs of two expressions of which both need a result.</summary>
    public QueryNeeds And(QueryNeeds other) => new([.. All, .. other.All], [.. Choices, .. other.Choices]);
}
