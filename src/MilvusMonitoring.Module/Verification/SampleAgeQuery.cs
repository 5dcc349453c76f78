using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>The newest sample of a series.</summary>
/// <param name="Labels">The labels by which dashboards find the series, and those of its target.</param>
/// <param name="Age">Its age by the clock of Prometheus.</param>
internal sealed record SampleAge(IReadOnlyDictionary<string, string> Labels, TimeSpan Age)
{
    /// <summary>Whether its labels tell from which target it comes.</summary>
    public bool HasSource =>
        !string.IsNullOrEmpty(Labels.GetValueOrDefault("instance")) || !string.IsNullOrEmpty(Labels.GetValueOrDefault("pod"));
}

/// <summary>Asks a Prometheus how old its samples of pods are.</summary>
internal static class SampleAgeQuery
{
    // Only Milvus has the first two; every component of Milvus has the third. A monitor may drop all three; Prometheus itself writes the
    // last for every target.
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];
    private const string OwnMetric = "scrape_samples_post_metric_relabeling";

    /// <summary>
    /// Lists for each group of pods the age of the newest sample of each target, of the first of <see cref="Metrics"/> that the target has.
    /// </summary>
    /// <param name="api">The Prometheus.</param>
    /// <param name="groups">The pods of each Milvus, which are asked for together.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    /// <returns>For each group what a query for its pods alone would give, and why there is none if Prometheus does not answer.</returns>
    public static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>>> ListAsync(
        PrometheusApi api,
        IReadOnlyList<IReadOnlyList<ScrapedPod>> groups,
        CancellationToken cancellationToken)
    {
        var answers = new List<ReplicaAnswer<IReadOnlyList<SampleAge>>>();
        foreach (var batch in Split(groups))
        {
            var answer = await AskAsync(api, batch, cancellationToken).ConfigureAwait(false);
            if (answer.Error?.ErrorId == ErrorId.ResponseInvalid && batch.Count > 1)
            {
                // A response about many may be too long; and what Prometheus refuses of one must not hide the others.
                foreach (var group in batch)
                {
                    answers.Add(await AskAsync(api, [group], cancellationToken).ConfigureAwait(false));
                }

                continue;
            }

            answers.AddRange(batch.Select(group => answer.Select(samples => SeriesSelector.Of(group).Choose(samples))));
        }

        return answers;
    }

    private static async Task<ReplicaAnswer<IReadOnlyList<SampleAge>>> AskAsync(
        PrometheusApi api,
        IReadOnlyList<IReadOnlyList<ScrapedPod>> groups,
        CancellationToken cancellationToken)
    {
        try
        {
            var samples = new List<SampleAge>();
            foreach (var pods in groups.SelectMany(pods => pods).Chunk(Bounds.QueryNames.Limit))
            {
                samples.AddRange(ReadAges(await api.QueryAsync(Write(pods), cancellationToken).ConfigureAwait(false)));
            }

            return new ReplicaAnswer<IReadOnlyList<SampleAge>>(string.Empty, samples, null);
        }
        catch (MonitoringException exception)
        {
            return new ReplicaAnswer<IReadOnlyList<SampleAge>>(string.Empty, null, exception);
        }
    }

    /// <summary>Splits groups into batches of as many pods as one query may name; a larger group is a batch of its own.</summary>
    private static IEnumerable<IReadOnlyList<IReadOnlyList<ScrapedPod>>> Split(IReadOnlyList<IReadOnlyList<ScrapedPod>> groups)
    {
        var batch = new List<IReadOnlyList<ScrapedPod>>();
        foreach (var group in groups)
        {
            if (batch.Count > 0 && batch.Sum(pods => pods.Count) + group.Count > Bounds.QueryNames.Limit)
            {
                yield return batch;
                batch = [];
            }

            batch.Add(group);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Writes the query.</summary>
    public static string Write(IReadOnlyList<ScrapedPod> pods)
    {
        var labels = string.Join(',', SamplesRule.DashboardLabels.Concat(["job", "instance"]));
        var selectors = SeriesSelector.Of(pods).Texts;
        var series = Metrics
            .SelectMany(metric => selectors.Select(selector => $"timestamp({metric}{{{selector}}})"))
            .Concat(selectors.Select(selector =>
                $"(timestamp({OwnMetric}{{{selector}}}) and {OwnMetric}{{{selector}}}>0)"));
        return string.Join(" or on(job,instance,namespace,pod) ", series.Select(item => $"time()-max by({labels})({item})"));
    }

    /// <summary>Reads the ages of samples, from a response whose values are seconds.</summary>
    public static IReadOnlyList<SampleAge> ReadAges(JsonElement data) => [.. data.Items("result").Select(ReadAge).OfType<SampleAge>()];

    private static SampleAge? ReadAge(JsonElement result) =>
        result.Items("value").ElementAtOrDefault(1) is { ValueKind: JsonValueKind.String } text
        && double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? new SampleAge(result.TextMap("metric"), TimeSpan.FromSeconds(seconds))
            : null;
}

/// <summary>Selects the series of pods: as PromQL, and among samples that were asked for together.</summary>
/// <remarks>
/// Every label that it selects by is one of those by which a sample is told from others, so that a query about more pods holds exactly the
/// samples that a query about fewer would.
/// </remarks>
internal sealed class SeriesSelector
{
    private readonly HashSet<string> _instances;
    private readonly HashSet<string>? _jobs;
    private readonly bool _hasTargets;
    private readonly IReadOnlyList<string> _addresses;
    private readonly IReadOnlyList<(string Namespace, string Name)> _unseen;

    private SeriesSelector(IReadOnlyList<ScrapedPod> pods)
    {
        var targets = pods.SelectMany(pod => pod.Targets).ToList();
        var jobs = targets.Select(target => target.Labels.GetValueOrDefault("job")).Distinct(StringComparer.Ordinal).ToList();
        _hasTargets = targets.Count > 0;
        var instances = targets.Select(target => target.Labels.GetValueOrDefault("instance"));
        _instances = instances.OfType<string>().ToHashSet(StringComparer.Ordinal);
        _jobs = jobs.Contains(null) ? null : jobs.OfType<string>().ToHashSet(StringComparer.Ordinal);
        var unseen = pods.Where(pod => pod.Targets.Count == 0).Select(pod => pod.Pod).ToList();
        _addresses = [.. unseen.SelectMany(pod => pod.Addresses).Distinct(StringComparer.Ordinal)];
        _unseen = [.. unseen.Select(pod => (pod.Namespace, pod.Name)).Distinct()];
    }

    /// <summary>Selectors that together select every series of the pods.</summary>
    /// <remarks>
    /// Relabelling may set <c>instance</c> to what other jobs have too, such as the node, so that the job is selected as well.
    /// </remarks>
    public IReadOnlyList<string> Texts
    {
        get
        {
            var selectors = new List<string>();
            if (_hasTargets)
            {
                var job = _jobs is null ? string.Empty : $",job=~\"{Join(_jobs.Select(Regex.Escape))}\"";
                selectors.Add($"instance=~\"{Join(_instances.Select(Regex.Escape))}\"{job}");
            }

            if (_addresses.Count > 0)
            {
                selectors.Add($"instance=~\"{Join(_addresses.Select(address => $"\\[?{Regex.Escape(address)}\\]?(:[0-9]+)?"))}\"");
            }

            foreach (var place in _unseen.GroupBy(pod => pod.Namespace, pod => pod.Name))
            {
                selectors.Add($"namespace=\"{Quote(place.Key)}\",pod=~\"{Join(place.Select(Regex.Escape))}\"");
            }

            return selectors;
        }
    }

    /// <summary>Selects the series of pods.</summary>
    public static SeriesSelector Of(IReadOnlyList<ScrapedPod> pods) => new(pods);

    /// <summary>Chooses the samples whose series are selected.</summary>
    public IReadOnlyList<SampleAge> Choose(IReadOnlyList<SampleAge> samples) => [.. samples.Where(Selects)];

    private bool Selects(SampleAge sample)
    {
        var instance = sample.Labels.GetValueOrDefault("instance") ?? string.Empty;
        var isOfTarget = _hasTargets
            && (_instances.Count == 0 ? instance.Length == 0 : _instances.Contains(instance))
            && _jobs?.Contains(sample.Labels.GetValueOrDefault("job") ?? string.Empty) is not false;
        return isOfTarget
            || _addresses.Any(address => IsAt(address, instance))
            || _unseen.Contains((
                sample.Labels.GetValueOrDefault("namespace") ?? string.Empty,
                sample.Labels.GetValueOrDefault("pod") ?? string.Empty));
    }

    /// <summary>Whether an instance is an address, in brackets or not, with a port or without.</summary>
    private static bool IsAt(string address, string instance)
    {
        var rest = instance.StartsWith('[') ? instance.AsSpan(1) : instance;
        if (!rest.StartsWith(address, StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[address.Length..];
        rest = rest.StartsWith("]") ? rest[1..] : rest;
        return rest.IsEmpty || (rest[0] == ':' && rest.Length > 1 && !rest[1..].ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>Writes the expression that shows whether the targets are up.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="job">The job if the targets do not show theirs; null if it is not known.</param>
    public static string Show(IReadOnlyList<ScrapedPod> pods, string? job)
    {
        var targets = pods.SelectMany(pod => pod.Targets).Select(target => target.Labels).ToList();
        var jobs = targets.Select(labels => labels.GetValueOrDefault("job") ?? job).OfType<string>().DefaultIfEmpty(job).OfType<string>();
        var places = targets.Select(labels => labels.GetValueOrDefault("namespace")).OfType<string>();
        var selectors = new[] { Select("job", jobs), Select("namespace", places) }.OfType<string>();
        return $"up{{{string.Join(',', selectors)}}}";
    }

    private static string? Select(string label, IEnumerable<string> values) => values.Distinct(StringComparer.Ordinal).ToList() switch
    {
        [] => null,
        [var only] => $"{label}=\"{Quote(only)}\"",
        var several => $"{label}=~\"{Join(several.Select(Regex.Escape))}\"",
    };

    private static string Join(IEnumerable<string> patterns) => Quote(string.Join('|', patterns.Distinct(StringComparer.Ordinal)));

    private static string Quote(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
