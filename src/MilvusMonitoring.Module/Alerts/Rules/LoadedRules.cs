using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Tells which loaded alert rules are about a Milvus, whoever wrote them.</summary>
internal static class LoadedRules
{
    private const string MilvusPrefix = "milvus_";

    /// <summary>Lists the rules whose labels name the Milvus, or whose expression selects series of it.</summary>
    public static IReadOnlyList<PrometheusAlertRule> ListFor(MilvusSeries scope, IReadOnlyList<PrometheusAlertRule> all) =>
        [.. all.Where(rule => IsNamed(scope, rule) || Selects(scope, rule.Query))];

    private static bool IsNamed(MilvusSeries scope, PrometheusAlertRule rule) =>
        rule.Labels.GetValueOrDefault(AlertWords.Namespace) == scope.Namespace
        && rule.Labels.GetValueOrDefault(AlertWords.Instance) == scope.Name;

    private static bool Selects(MilvusSeries scope, string query) =>
        PromQlReader.Find(query) is { } needs && needs.Selectors.Any(selector => Selects(scope, selector));

    private static bool Selects(MilvusSeries scope, QuerySelector selector)
    {
        var ofMilvus = selector.Metric?.StartsWith(MilvusPrefix, StringComparison.Ordinal) is true
            || selector.Matchers.Any(matcher => matcher.IsPositive && matcher.Label == AlertWords.Instance);
        return ofMilvus
            && selector.Matchers.All(matcher => matcher.Label switch
            {
                AlertWords.Namespace => matcher.Matches(scope.Namespace),
                AlertWords.Instance => matcher.Matches(scope.SeriesInstance),
                _ => true,
            });
    }
}
