using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Tells which loaded alert rules are about a Milvus, whoever wrote them. Each expression is read once.</summary>
internal sealed class LoadedRules
{
    private const string MilvusPrefix = "milvus_";

    private readonly IReadOnlyList<PrometheusAlertRule> _all;
    private readonly Dictionary<string, QueryNeeds?> _needs = new(StringComparer.Ordinal);
    private readonly ILookup<(string? Namespace, string? Name), int> _named;
    private readonly ILookup<string, int> _ofNamespace;
    private readonly IReadOnlyList<int> _ofAny;

    /// <param name="all">The loaded rules, in the order in which they are listed.</param>
    public LoadedRules(IReadOnlyList<PrometheusAlertRule> all)
    {
        _all = all;
        _named = Enumerable.Range(0, all.Count).ToLookup(index => (
            all[index].Labels.GetValueOrDefault(AlertWords.Namespace),
            all[index].Labels.GetValueOrDefault(AlertWords.Instance)));
        var places = Enumerable.Range(0, all.Count)
            .SelectMany(index => ListMilvus(all[index].Query).Select(selector => (Index: index, Place: FindNamespace(selector))))
            .ToList();
        _ofNamespace = places
            .Where(item => item.Place is not null)
            .ToLookup(item => item.Place!, item => item.Index, StringComparer.Ordinal);
        _ofAny = [.. places.Where(item => item.Place is null).Select(item => item.Index)];
    }

    /// <summary>Lists the rules whose labels name the Milvus, or whose expression selects series of it.</summary>
    public IReadOnlyList<PrometheusAlertRule> ListFor(MilvusSeries scope)
    {
        var selecting = _ofNamespace[scope.Namespace]
            .Concat(_ofAny)
            .Where(index => ListMilvus(_all[index].Query).Any(selector => Selects(scope, selector)));
        return [.. _named[(scope.Namespace, scope.Name)].Concat(selecting).Distinct().Order().Select(index => _all[index])];
    }

    /// <summary>Lists the selectors of the expression of a rule; none if it could not be read.</summary>
    public IEnumerable<QuerySelector> ListSelectors(PrometheusAlertRule rule) => FindNeeds(rule.Query)?.Selectors ?? [];

    private QueryNeeds? FindNeeds(string query) =>
        _needs.TryGetValue(query, out var needs) ? needs : _needs[query] = PromQlReader.Find(query);

    /// <summary>Lists the selectors of an expression that may select series of a Milvus.</summary>
    private IEnumerable<QuerySelector> ListMilvus(string query) => (FindNeeds(query)?.Selectors ?? []).Where(selector =>
        selector.Metric?.StartsWith(MilvusPrefix, StringComparison.Ordinal) is true
        || selector.Matchers.Any(matcher => matcher.IsPositive && matcher.Label == AlertWords.Instance));

    /// <summary>Finds the one namespace that a selector selects; null if it may select several.</summary>
    private static string? FindNamespace(QuerySelector selector) =>
        selector.Matchers.FirstOrDefault(matcher => matcher is { Label: AlertWords.Namespace, Operator: "=" })?.Value;

    private static bool Selects(MilvusSeries scope, QuerySelector selector) => selector.Matchers.All(matcher => matcher.Label switch
    {
        AlertWords.Namespace => matcher.Matches(scope.Namespace),
        AlertWords.Instance => matcher.Matches(scope.SeriesInstance),
        _ => true,
    });
}
