using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Metrics;

/// <summary>What a Prometheus has of the series that a selector asks for, now.</summary>
/// <param name="Count">The number of series.</param>
internal sealed record SeriesEvidence(double Count)
{
    /// <summary>The number of series of the same metric with the same labels of the target, whatever their own labels.</summary>
    public double OfTarget { get; init; }

    /// <summary>
    /// A matcher without which there are series, and the values that its label has; null if no single matcher is the reason.
    /// </summary>
    public (SelectorMatcher Matcher, IReadOnlyList<string> Values)? Mismatch { get; init; }
}

/// <summary>What is known of a Milvus and of a Prometheus, beyond the series of selectors.</summary>
/// <param name="Versions">The versions of Milvus that run; empty if they are not known.</param>
/// <param name="IsScraped">Whether a target of the Milvus is up.</param>
/// <param name="Exporters">The exporters that have series.</param>
internal sealed record QuerySurroundings(IReadOnlyList<MilvusVersion> Versions, bool IsScraped, IReadOnlySet<string> Exporters);

/// <summary>Whether an expression can have results.</summary>
/// <param name="CanAnswer">Whether it can: the alert can fire, or the panel can show something; null if that is not known.</param>
/// <param name="Why">Why it cannot, or what it still lacks; null if there is nothing to say.</param>
internal sealed record QueryVerdict(bool? CanAnswer, string? Why)
{
    public static QueryVerdict Yes { get; } = new(true, null);
}

/// <summary>
/// Decides whether an expression can have results: whether every selector has series, or will have some as soon as what it counts
/// happens. A table says which metrics and values appear that late, because a healthy Milvus does not show them.
/// </summary>
/// <param name="surroundings">What is known of the Milvus and of the Prometheus.</param>
/// <param name="series">What the Prometheus has of each selector.</param>
internal sealed class QueryRule(QuerySurroundings surroundings, IReadOnlyDictionary<string, SeriesEvidence> series)
{
    /// <summary>The labels by which series are told from those of other targets and other Milvus.</summary>
    public static IReadOnlySet<string> TargetLabels { get; } = new HashSet<string>
    {
        "namespace", "app_kubernetes_io_instance", "app_kubernetes_io_name", "app_kubernetes_io_component", "component", "pod", "job",
        "instance", "service", "endpoint", "container", "persistentvolumeclaim", "cluster",
    };

    /// <summary>Decides for an expression.</summary>
    /// <param name="needs">The series that it needs; null if it could not be read.</param>
    public QueryVerdict Evaluate(QueryNeeds? needs)
    {
        if (needs is null)
        {
            return new QueryVerdict(null, "its expression could not be read");
        }

        var verdicts = needs.All.Select(Evaluate).Concat(needs.Choices.Select(EvaluateChoice)).ToList();
        return verdicts.FirstOrDefault(verdict => verdict.CanAnswer == false)
            ?? verdicts.FirstOrDefault(verdict => verdict.CanAnswer is null)
            ?? verdicts.FirstOrDefault(verdict => verdict.Why is not null)
            ?? QueryVerdict.Yes;
    }

    /// <summary>Of the operands of <c>or</c> one is enough.</summary>
    private QueryVerdict EvaluateChoice(IReadOnlyList<QueryNeeds> operands)
    {
        var verdicts = operands.Select(Evaluate).ToList();
        return verdicts.FirstOrDefault(verdict => verdict.CanAnswer == true)
            ?? verdicts.FirstOrDefault(verdict => verdict.CanAnswer is null)
            ?? verdicts[0];
    }

    private QueryVerdict Evaluate(QuerySelector selector)
    {
        if (!series.TryGetValue(selector.ToString(), out var evidence))
        {
            return new QueryVerdict(null, $"{selector} was not asked for");
        }

        if (evidence.Count > 0)
        {
            return QueryVerdict.Yes;
        }

        var name = selector.Metric ?? selector.ToString();
        return FindUnwritten(selector, name)
            ?? FindMismatch(name, selector, evidence)
            ?? FindAbsence(name, evidence);
    }

    /// <summary>A value of a label that no code of the running versions writes.</summary>
    private QueryVerdict? FindUnwritten(QuerySelector selector, string name)
    {
        foreach (var matcher in selector.Matchers.Where(matcher => matcher.IsPositive))
        {
            var written = ListWritten(name, matcher.Label);
            if (written.Count > 0 && !written.Any(matcher.Matches))
            {
                return new QueryVerdict(
                    false,
                    $"{DescribeVersions()} writes no {name} with {matcher}; the values are {string.Join(", ", written)}");
            }
        }

        return null;
    }

    private QueryVerdict? FindMismatch(string name, QuerySelector selector, SeriesEvidence evidence)
    {
        if (evidence.OfTarget <= 0)
        {
            return null;
        }

        bool IsWritten(SelectorMatcher matcher) => matcher.IsPositive && ListWritten(name, matcher.Label).Any(matcher.Matches);
        if (selector.Matchers.FirstOrDefault(IsWritten) is { } late)
        {
            return new QueryVerdict(true, $"no {name} with {late} yet: it appears when the first is counted");
        }

        if (MilvusMetrics.Find(name)?.Appears is null && Exporter.FindAppearance(name) is { } appearance)
        {
            return Await(name, appearance);
        }

        return evidence.Mismatch is var (matcher, values)
            ? new QueryVerdict(false, $"{name} has series, but none with {matcher}; the values are {string.Join(", ", values)}")
            : new QueryVerdict(false, $"{name} has series, but none that all matchers of {selector} match");
    }

    private QueryVerdict FindAbsence(string name, SeriesEvidence evidence)
    {
        if (Exporter.Find(name) is { } exporter)
        {
            if (!surroundings.Exporters.Contains(exporter.Name))
            {
                return new QueryVerdict(false, $"{exporter.Name} is not installed or not scraped: {name} has no series");
            }

            return Exporter.FindAppearance(name) is { } appearance
                ? Await(name, appearance)
                : new QueryVerdict(false, $"no series of {name}: {Exporter.FindMeaning(name)}");
        }

        if (!surroundings.IsScraped)
        {
            return new QueryVerdict(false, $"not scraped: no target of this Milvus is up, so that {name} has no series");
        }

        if (MilvusMetrics.Find(name) is not { } metric)
        {
            return new QueryVerdict(
                evidence.OfTarget > 0 ? null : false,
                $"no series of {name}; see whether {DescribeVersions()} has such a metric");
        }

        if (surroundings.Versions.Count > 0 && surroundings.Versions.All(version => metric.IsIn(version) == false))
        {
            return new QueryVerdict(false, $"{DescribeVersions()} has no metric {name}");
        }

        return metric.Appears is { } moment
            ? Await(name, moment, IsCertain(metric))
            : new QueryVerdict(false, $"no series of {name}: no component that is scraped has it");
    }

    /// <summary>Whether a version that runs is known to have the metric.</summary>
    private bool IsCertain(MilvusMetric metric) => surroundings.Versions.Any(version => metric.IsIn(version) == true);

    private static QueryVerdict Await(string name, string appearance, bool isCertain = true) =>
        new(isCertain ? true : null, $"no series of {name} yet: it appears {appearance}");

    /// <summary>
    /// Lists the values that the running versions write, or any version if those are not known; empty if the table has none.
    /// </summary>
    private IReadOnlyList<string> ListWritten(string name, string label)
    {
        var all = (MilvusMetrics.Find(name)?.Values ?? []).Where(values => values.Label == label).ToList();
        var running = all.Where(values => surroundings.Versions.Count == 0 || surroundings.Versions.Any(values.IsOf));
        return [.. running.SelectMany(values => values.Values).Distinct(StringComparer.Ordinal)];
    }

    private string DescribeVersions() =>
        surroundings.Versions.Count == 0 ? "Milvus" : $"Milvus {string.Join(", ", surroundings.Versions)}";
}
