using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Metrics;

/// <summary>A count of series to ask for.</summary>
/// <param name="Selector">Selects the series.</param>
/// <param name="By">The label by whose values they are counted; null for one count of all.</param>
internal sealed record SeriesCount(QuerySelector Selector, string? By = null);

/// <summary>
/// Counts series of a Prometheus, many counts in one query: each query through the API server costs a round trip. Selectors that differ in
/// the namespace, the name of the Milvus and the pattern of its pods only are one expression, which counts by these labels. Prometheus
/// would compare each pattern with the pods of the whole cluster.
/// </summary>
internal sealed partial class SeriesCounter(PrometheusApi api)
{
    /// <summary>What a series without the label is called among the values.</summary>
    public const string NoValue = "(none)";

    private const string Number = "milvus_monitoring_selector";

    /// <summary>The most counts of one query: the operands of <c>or</c> are gone through once for each operator.</summary>
    private const int MostCounts = 2_000;

    /// <summary>How many results a pattern is expected to have: one for each pod that it matches.</summary>
    private const int ResultsOfPattern = 10;

    /// <summary>How many patterns one expression stands for.</summary>
    private const int MostPatterns = 50;

    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);
    private static readonly string[] ScopeLabels = [MilvusSeries.NamespaceLabel, MilvusSeries.InstanceLabel];
    private static readonly string[] PatternLabels = ["pod", "persistentvolumeclaim"];

    // The rules of one Milvus have the same patterns.
    private readonly ConcurrentDictionary<string, bool> _plainPatterns = new(StringComparer.Ordinal);

    /// <summary>Counts.</summary>
    /// <param name="wanted">The counts, some of which may be the same.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>For each count the numbers of series by the values of its label; none for a selector without series.</returns>
    public async Task<IReadOnlyDictionary<SeriesCount, IReadOnlyDictionary<string, double>>> CountAsync(
        IEnumerable<SeriesCount> wanted,
        CancellationToken cancellationToken)
    {
        var all = wanted
            .GroupBy(count => (Text: count.Selector.ToString(), count.By))
            .Select(same => new Asked([.. same], ReadScope(same.First())))
            .ToList();
        var numbers = new Dictionary<SeriesCount, IReadOnlyDictionary<string, double>>(ReferenceEqualityComparer.Instance);
        foreach (var query in SplitIntoQueries(all))
        {
            var text = string.Join(
                " or ",
                query.Select((part, index) => $"label_replace({part.Text},\"{Number}\",\"{index}\",\"\",\"\")"));
            var data = await api.QueryAsync(text, cancellationToken).ConfigureAwait(false);
            var results = data.Items("result").ToLookup(item => item.Member("metric").Text(Number), StringComparer.Ordinal);
            for (var index = 0; index < query.Count; index++)
            {
                query[index].Read([.. results[$"{index}"]], numbers);
            }
        }

        return numbers;
    }

    /// <summary>Splits counts into queries by the bounds of one query.</summary>
    private static IEnumerable<IReadOnlyList<Part>> SplitIntoQueries(IReadOnlyList<Asked> all)
    {
        var query = new List<Part>();
        var (length, counts) = (0, 0);
        foreach (var part in all.GroupBy(asked => asked.Scope.Template, StringComparer.Ordinal).SelectMany(SplitIntoParts))
        {
            var isFull = length + part.Text.Length > Bounds.QueryText.Limit || counts + part.Weight > MostCounts;
            if (query.Count > 0 && isFull)
            {
                yield return query;
                (query, length, counts) = ([], 0, 0);
            }

            query.Add(part);
            (length, counts) = (length + part.Text.Length, counts + part.Weight);
        }

        if (query.Count > 0)
        {
            yield return query;
        }
    }

    private static IEnumerable<Part> SplitIntoParts(IEnumerable<Asked> alike) =>
        alike.Chunk(alike.First().Scope.Pattern is null ? Bounds.QueryNames.Limit : MostPatterns).Select(members => new Part(members));

    private Scope ReadScope(SeriesCount count)
    {
        var named = ScopeLabels
            .Select(label => FindOnly(count, label))
            .OfType<SelectorMatcher>()
            .Where(matcher => matcher.Operator == "=")
            .ToList();
        var pattern = named.Count == 0 ? null : PatternLabels.Select(label => FindOnly(count, label)).FirstOrDefault(IsPlainPattern);
        var rest = count.Selector.Keep(matcher => !named.Contains(matcher) && matcher != pattern);
        var labels = named.Select(matcher => matcher.Label).ToList();
        return new Scope(
            $"{string.Join(',', labels)};{pattern?.Label};{count.By};{rest}",
            labels,
            [.. named.Select(matcher => matcher.Value)],
            pattern,
            rest);
    }

    /// <summary>Finds the only matcher of a label; null if there are several or none, or if its values are asked for.</summary>
    private static SelectorMatcher? FindOnly(SeriesCount count, string label)
    {
        if (count.By == label)
        {
            return null;
        }

        SelectorMatcher? only = null;
        foreach (var matcher in count.Selector.Matchers)
        {
            if (matcher.Label == label)
            {
                if (only is not null)
                {
                    return null;
                }

                only = matcher;
            }
        }

        return only;
    }

    private bool IsPlainPattern(SelectorMatcher? matcher) =>
        matcher?.Operator == "=~" && _plainPatterns.GetOrAdd(matcher.Value, IsPlain);

    /// <summary>Whether a pattern has only what means the same to Prometheus and to .NET.</summary>
    private static bool IsPlain(string pattern)
    {
        if (!PlainPattern().IsMatch(pattern))
        {
            return false;
        }

        try
        {
            // Without NonBacktracking, which takes milliseconds: most patterns have no results to match.
            _ = new Regex(pattern, RegexOptions.CultureInvariant, MatchLimit);
            return true;
        }
        catch (ArgumentException)
        {
            // Prometheus is to refuse it.
            return false;
        }
    }

    private static Regex CreatePattern(SelectorMatcher matcher) =>
        new($@"\A(?:{matcher.Value})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchLimit);

    [GeneratedRegex(@"^(?:[A-Za-z0-9_-]|\\\.|\(\?:|\)\??|\||\.[+*])+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainPattern();

    /// <summary>What a selector names, and the selector without it.</summary>
    /// <param name="Template">The same for selectors that differ in the values only.</param>
    /// <param name="Labels">The labels.</param>
    /// <param name="Values">Their values.</param>
    /// <param name="Pattern">The pattern of the names of pods; null for none.</param>
    /// <param name="Rest">The selector without these labels.</param>
    private sealed record Scope(
        string Template,
        IReadOnlyList<string> Labels,
        IReadOnlyList<string> Values,
        SelectorMatcher? Pattern,
        QuerySelector Rest);

    /// <summary>A count, as often as it was wanted.</summary>
    private sealed record Asked(IReadOnlyList<SeriesCount> Same, Scope Scope);

    /// <summary>One operand of a query: the counts of selectors of one template.</summary>
    private sealed class Part
    {
        private readonly string? _by;
        private readonly IReadOnlyList<string> _labels;
        private readonly bool _isShared;

        public Part(IReadOnlyList<Asked> members)
        {
            Members = members;
            _isShared = members.Count > 1;
            var (scope, first) = (members[0].Scope, members[0].Same[0]);
            _by = first.By;
            _labels = _isShared ? scope.Labels : [];
            var selector = _isShared ? Widen(members) : first.Selector;
            var by = _labels.Concat(new[] { _isShared ? scope.Pattern?.Label : null, _by }.OfType<string>()).ToList();
            Text = by.Count == 0 ? $"count({selector})" : $"count by ({string.Join(',', by)}) ({selector})";
        }

        public IReadOnlyList<Asked> Members { get; }

        public string Text { get; }

        /// <summary>How many results are to be expected.</summary>
        public int Weight => Members[0].Scope.Pattern is null ? Members.Count : Members.Count * ResultsOfPattern;

        /// <summary>Gives each member the results that its own query would have.</summary>
        public void Read(IReadOnlyList<JsonElement> results, Dictionary<SeriesCount, IReadOnlyDictionary<string, double>> numbers)
        {
            var byScope = results.ToLookup(
                result => WriteKey(_labels.Select(label => result.Member("metric").Text(label) ?? string.Empty)),
                StringComparer.Ordinal);
            foreach (var member in Members)
            {
                var own = new Dictionary<string, double>(StringComparer.Ordinal);
                foreach (var result in SelectOwn(member.Scope, byScope[WriteKey(_isShared ? member.Scope.Values : [])]))
                {
                    var value = (_by is null ? null : result.Member("metric").Text(_by)) ?? NoValue;
                    own[value] = own.GetValueOrDefault(value) + ReadNumber(result);
                }

                foreach (var count in member.Same)
                {
                    numbers[count] = own;
                }
            }
        }

        /// <summary>Selects the results whose pods match the pattern of a member.</summary>
        private IEnumerable<JsonElement> SelectOwn(Scope scope, IEnumerable<JsonElement> results)
        {
            if (!_isShared || scope.Pattern is not { } pattern || !results.Any())
            {
                return results;
            }

            var regex = CreatePattern(pattern);
            return results.Where(result => regex.IsMatch(result.Member("metric").Text(pattern.Label) ?? string.Empty));
        }

        /// <summary>Writes a selector that selects at least what the members select together.</summary>
        private static QuerySelector Widen(IReadOnlyList<Asked> members)
        {
            var scope = members[0].Scope;
            var named = scope.Labels.Select((label, index) => Write(label, members.Select(member => member.Scope.Values[index])));
            return scope.Rest with { Matchers = [.. named, .. scope.Rest.Matchers] };
        }

        private static SelectorMatcher Write(string label, IEnumerable<string> values) =>
            values.Distinct(StringComparer.Ordinal).ToList() is [var only]
                ? new SelectorMatcher(label, "=", only)
                : new SelectorMatcher(label, "=~", string.Join('|', values.Distinct(StringComparer.Ordinal).Select(Regex.Escape)));

        private static string WriteKey(IEnumerable<string> values) =>
            values.Aggregate(new StringBuilder(), (key, value) => key.Append(value.Length).Append(':').Append(value)).ToString();

        private static double ReadNumber(JsonElement result)
        {
            var value = result.Items("value").ElementAtOrDefault(1);
            return PrometheusAnswers.ReadValue(value.ValueKind == JsonValueKind.String ? value.GetString() : null) ?? 0;
        }
    }
}
