using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Metrics;

/// <summary>
/// Asks a Prometheus what it has of the series of selectors: many selectors in one query, because each query through the API server costs a
/// round trip.
/// </summary>
internal sealed class SeriesProbe(PrometheusApi api)
{
    private const int MostInQuery = 60;
    private const string Number = "milvus_monitoring_selector";
    private const int MostValues = 10;

    /// <summary>Counts the series of selectors.</summary>
    /// <param name="selectors">The selectors, each once.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>The counts by the selectors' texts; 0 for a selector without series.</returns>
    public async Task<IReadOnlyDictionary<string, double>> CountAsync(
        IReadOnlyList<QuerySelector> selectors,
        CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var chunk in selectors.DistinctBy(selector => selector.ToString()).Chunk(MostInQuery))
        {
            var parts = chunk.Select((selector, index) => $"label_replace(count({selector}),\"{Number}\",\"{index}\",\"\",\"\")");
            var data = await api.QueryAsync(string.Join(" or ", parts), cancellationToken).ConfigureAwait(false);
            var found = data.Items("result")
                .GroupBy(item => item.Member("metric").Text(Number) ?? string.Empty, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => ReadCount(group.First()), StringComparer.Ordinal);
            for (var index = 0; index < chunk.Length; index++)
            {
                counts[chunk[index].ToString()] = found.GetValueOrDefault($"{index}");
            }
        }

        return counts;
    }

    /// <summary>Gathers what tells why selectors have no series.</summary>
    /// <param name="selectors">The selectors of all expressions.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    public async Task<IReadOnlyDictionary<string, SeriesEvidence>> GatherAsync(
        IReadOnlyList<QuerySelector> selectors,
        CancellationToken cancellationToken)
    {
        var counts = await CountAsync(selectors, cancellationToken).ConfigureAwait(false);
        var evidence = counts.ToDictionary(item => item.Key, item => new SeriesEvidence(item.Value), StringComparer.Ordinal);
        var missing = selectors
            .DistinctBy(selector => selector.ToString())
            .Where(selector => counts[selector.ToString()] <= 0 && selector.Metric is not null)
            .ToList();
        var ofTargets = await CountAsync([.. missing.Select(OfTarget)], cancellationToken).ConfigureAwait(false);
        foreach (var selector in missing)
        {
            var count = ofTargets[OfTarget(selector).ToString()];
            evidence[selector.ToString()] = new SeriesEvidence(0)
            {
                OfTarget = count,
                Mismatch = count > 0 ? await FindMismatchAsync(selector, cancellationToken).ConfigureAwait(false) : null,
            };
        }

        return evidence;
    }

    /// <summary>Reads whether a Milvus is scraped, and which exporters are.</summary>
    /// <param name="milvus">The Milvus.</param>
    /// <param name="versions">The versions of Milvus that run; empty if they are not known.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    public async Task<QuerySurroundings> ReadSurroundingsAsync(
        MilvusSeries milvus,
        IReadOnlyList<MilvusVersion> versions,
        CancellationToken cancellationToken)
    {
        var up = new QuerySelector("up",
        [
            new(MilvusSeries.NamespaceLabel, "=", milvus.Namespace),
            new(MilvusSeries.InstanceLabel, "=", milvus.SeriesInstance),
        ]);
        var exporters = Exporter.All.Select(exporter => (exporter.Name, Selector: new QuerySelector(exporter.Probe, []))).ToList();
        var counts = await CountAsync([up, .. exporters.Select(exporter => exporter.Selector)], cancellationToken).ConfigureAwait(false);
        return new QuerySurroundings(
            versions,
            counts[up.ToString()] > 0,
            exporters.Where(exporter => counts[exporter.Selector.ToString()] > 0).Select(exporter => exporter.Name).ToHashSet());
    }

    private static QuerySelector OfTarget(QuerySelector selector) =>
        selector.Keep(matcher => QueryRule.TargetLabels.Contains(matcher.Label));

    /// <summary>Finds the one matcher that no series matches, though they match all others.</summary>
    private async Task<(SelectorMatcher Matcher, IReadOnlyList<string> Values)?> FindMismatchAsync(
        QuerySelector selector,
        CancellationToken cancellationToken)
    {
        foreach (var matcher in selector.Matchers.Where(matcher => !QueryRule.TargetLabels.Contains(matcher.Label)))
        {
            var others = selector.Keep(other => other != matcher);
            var data = await api.QueryAsync($"count by ({matcher.Label}) ({others})", cancellationToken).ConfigureAwait(false);
            var values = data.Items("result").Select(item => item.Member("metric").Text(matcher.Label) ?? "(none)").ToList();
            if (values.Count > 0)
            {
                return (matcher, [.. values.Order(StringComparer.Ordinal).Take(MostValues)]);
            }
        }

        return null;
    }

    private static double ReadCount(JsonElement result)
    {
        var value = result.Items("value").ElementAtOrDefault(1);
        return PrometheusAnswers.ReadValue(value.ValueKind == JsonValueKind.String ? value.GetString() : null) ?? 0;
    }
}
