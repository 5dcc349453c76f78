using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>A loaded alert rule that is about a Milvus.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Needs">The series that its expression needs; null if the expression could not be read.</param>
internal sealed record LoadedRule(PrometheusAlertRule Rule, QueryNeeds? Needs);

/// <summary>
/// Tells which loaded alert rules are about a Milvus, whoever wrote them. What the expression of a rule of one Milvus needs is read again
/// for that Milvus: the needs of all rules together are several times as large as the rules.
/// </summary>
internal sealed class LoadedRules
{
    private const string MilvusPrefix = "milvus_";

    private readonly IReadOnlyList<PrometheusAlertRule> _all;
    private readonly Dictionary<string, QueryNeeds> _ofSeveral = new(StringComparer.Ordinal);
    private readonly ILookup<Place, int> _named;
    private readonly ILookup<Place, int> _selecting;

    /// <param name="rules">The loaded rules, in the order in which they are listed.</param>
    /// <param name="expressions">The expressions of other replicas, which mostly are the same; those of this one are added.</param>
    public LoadedRules(IReadOnlyList<PrometheusAlertRule> rules, Dictionary<string, string> expressions)
    {
        _all = [.. rules.Select(rule => Share(rule, expressions))];
        _named = Enumerable.Range(0, _all.Count).ToLookup(index => new Place(
            _all[index].Labels.GetValueOrDefault(AlertWords.Namespace),
            _all[index].Labels.GetValueOrDefault(AlertWords.Instance)));
        _selecting = Enumerable.Range(0, _all.Count)
            .SelectMany(index => ListPlaces(_all[index].Query).Select(place => (Index: index, Place: place)))
            .ToLookup(item => item.Place, item => item.Index);
    }

    /// <summary>Lists the rules whose labels name the Milvus, or whose expression selects series of it.</summary>
    public IReadOnlyList<LoadedRule> ListFor(MilvusSeries scope)
    {
        Place[] places =
        [
            new(scope.Namespace, scope.SeriesInstance), new(scope.Namespace, null), new(null, scope.SeriesInstance), new(null, null),
        ];
        var selecting = places
            .SelectMany(place => _selecting[place])
            .Where(index => ListMilvus(Find(_all[index].Query)).Any(selector => Selects(scope, selector)));
        return
        [
            .. _named[new Place(scope.Namespace, scope.Name)].Concat(selecting).Distinct().Order()
                .Select(index => new LoadedRule(_all[index], Find(_all[index].Query))),
        ];
    }

    /// <summary>Gives equal expressions one string: they are most of what the rules are in memory.</summary>
    private static PrometheusAlertRule Share(PrometheusAlertRule rule, Dictionary<string, string> expressions)
    {
        if (expressions.TryGetValue(rule.Query, out var same))
        {
            return rule with { Query = same };
        }

        expressions.Add(rule.Query, rule.Query);
        return rule;
    }

    private QueryNeeds? Find(string query) => _ofSeveral.TryGetValue(query, out var needs) ? needs : PromQlReader.Find(query);

    /// <summary>Lists where the Milvus are that an expression may select, and keeps its needs if they may be several.</summary>
    private HashSet<Place> ListPlaces(string query)
    {
        var needs = Find(query);
        var places = ListMilvus(needs).Select(Place.Of).ToHashSet();
        if (places.Any(place => place.Namespace is null || place.Name is null))
        {
            _ofSeveral[query] = needs!;
        }

        return places;
    }

    /// <summary>Lists the selectors that may select series of a Milvus.</summary>
    private static IEnumerable<QuerySelector> ListMilvus(QueryNeeds? needs) => (needs?.Selectors ?? []).Where(selector =>
        selector.Metric?.StartsWith(MilvusPrefix, StringComparison.Ordinal) is true
        || selector.Matchers.Any(matcher => matcher.IsPositive && matcher.Label == AlertWords.Instance));

    private static bool Selects(MilvusSeries scope, QuerySelector selector) => selector.Matchers.All(matcher => matcher.Label switch
    {
        AlertWords.Namespace => matcher.Matches(scope.Namespace),
        AlertWords.Instance => matcher.Matches(scope.SeriesInstance),
        _ => true,
    });

    /// <summary>What a rule names of a Milvus; null for what it leaves open.</summary>
    private sealed record Place(string? Namespace, string? Name)
    {
        public static Place Of(QuerySelector selector) =>
            new(FindValue(selector, AlertWords.Namespace), FindValue(selector, AlertWords.Instance));

        /// <summary>Finds the one value that a selector takes; null if it may take several.</summary>
        private static string? FindValue(QuerySelector selector, string label) =>
            selector.Matchers.FirstOrDefault(matcher => matcher.Operator == "=" && matcher.Label == label)?.Value;
    }
}
