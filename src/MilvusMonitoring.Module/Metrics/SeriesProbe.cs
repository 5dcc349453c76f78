using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Metrics;

/// <summary>Asks a Prometheus what it has of the series of selectors.</summary>
internal sealed class SeriesProbe(PrometheusApi api)
{
    private const int MostValues = 10;

    private readonly SeriesCounter _counter = new(api);

    /// <summary>Gathers what tells why selectors have no series.</summary>
    /// <param name="selectors">The selectors of all expressions.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>The evidence by the selectors' texts.</returns>
    public async Task<IReadOnlyDictionary<string, SeriesEvidence>> GatherAsync(
        IEnumerable<QuerySelector> selectors,
        CancellationToken cancellationToken)
    {
        var distinct = selectors.DistinctBy(selector => selector.ToString()).ToList();
        var counts = await CountAsync(distinct, cancellationToken).ConfigureAwait(false);
        var missing = distinct.Where(selector => counts[selector.ToString()] <= 0 && selector.Metric is not null).ToList();
        var ofTargets = await CountAsync([.. missing.Select(OfTarget)], cancellationToken).ConfigureAwait(false);
        var mismatches = await FindMismatchesAsync(
            [.. missing.Where(selector => ofTargets[OfTarget(selector).ToString()] > 0)],
            cancellationToken).ConfigureAwait(false);
        var evidence = counts.ToDictionary(item => item.Key, item => new SeriesEvidence(item.Value), StringComparer.Ordinal);
        foreach (var selector in missing)
        {
            var text = selector.ToString();
            evidence[text] = new SeriesEvidence(0)
            {
                OfTarget = ofTargets[OfTarget(selector).ToString()],
                Mismatch = mismatches.TryGetValue(text, out var mismatch) ? mismatch : null,
            };
        }

        return evidence;
    }

    /// <summary>Reads whether each Milvus is scraped, and which exporters are.</summary>
    /// <param name="all">Each Milvus, with the versions that run; none if they are not known.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>The surroundings in the order of the Milvus.</returns>
    public async Task<IReadOnlyList<QuerySurroundings>> ReadSurroundingsAsync(
        IReadOnlyList<(MilvusSeries Series, IReadOnlyList<MilvusVersion> Versions)> all,
        CancellationToken cancellationToken)
    {
        var ups = all.Select(item => SelectUp(item.Series)).ToList();
        var exporters = Exporter.All.Select(exporter => (exporter.Name, Selector: new QuerySelector(exporter.Probe, []))).ToList();
        var counts = await CountAsync([.. ups, .. exporters.Select(exporter => exporter.Selector)], cancellationToken)
            .ConfigureAwait(false);
        var scraped = exporters.Where(exporter => counts[exporter.Selector.ToString()] > 0).Select(exporter => exporter.Name).ToHashSet();
        return [.. all.Zip(ups, (item, up) => new QuerySurroundings(item.Versions, counts[up.ToString()] > 0, scraped))];
    }

    private async Task<IReadOnlyDictionary<string, double>> CountAsync(
        IReadOnlyList<QuerySelector> selectors,
        CancellationToken cancellationToken)
    {
        var counts = selectors.Select(selector => new SeriesCount(selector)).ToList();
        var numbers = await _counter.CountAsync(counts, cancellationToken).ConfigureAwait(false);
        return counts
            .DistinctBy(count => count.Selector.ToString())
            .ToDictionary(count => count.Selector.ToString(), count => numbers[count].Values.Sum(), StringComparer.Ordinal);
    }

    private static QuerySelector SelectUp(MilvusSeries milvus) => new("up",
    [
        new(MilvusSeries.NamespaceLabel, "=", milvus.Namespace),
        new(MilvusSeries.InstanceLabel, "=", milvus.SeriesInstance),
    ]);

    private static QuerySelector OfTarget(QuerySelector selector) => selector.Keep(IsOfTarget);

    private static bool IsOfTarget(SelectorMatcher matcher) => QueryRule.TargetLabels.Contains(matcher.Label);

    /// <summary>Finds for each selector the one matcher that no series matches, though they match all others.</summary>
    private async Task<IReadOnlyDictionary<string, (SelectorMatcher Matcher, IReadOnlyList<string> Values)>> FindMismatchesAsync(
        IReadOnlyList<QuerySelector> selectors,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (SelectorMatcher, IReadOnlyList<string>)>(StringComparer.Ordinal);
        var open = selectors
            .Select(selector => (Selector: selector, Matchers: selector.Matchers.Where(matcher => !IsOfTarget(matcher)).ToList()))
            .ToList();
        for (var tried = 0; open.Count > 0; tried++)
        {
            var asked = open
                .Where(item => item.Matchers.Count > tried)
                .Select(item => (Item: item, Count: CountWithout(item.Selector, item.Matchers[tried])))
                .ToList();
            var numbers = await _counter.CountAsync(asked.Select(item => item.Count), cancellationToken).ConfigureAwait(false);
            foreach (var (item, count) in asked.Where(item => numbers[item.Count].Count > 0))
            {
                var values = numbers[count].Keys.Order(StringComparer.Ordinal).Take(MostValues);
                found[item.Selector.ToString()] = (item.Matchers[tried], [.. values]);
            }

            open = [.. asked.Select(item => item.Item).Where(item => !found.ContainsKey(item.Selector.ToString()))];
        }

        return found;
    }

    private static SeriesCount CountWithout(QuerySelector selector, SelectorMatcher matcher) =>
        new(selector.Keep(other => other != matcher), matcher.Label);
}
