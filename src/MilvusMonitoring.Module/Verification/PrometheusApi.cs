using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Verification;

/// <summary>Reads from one Prometheus what it has loaded, what it scrapes and how old its samples are.</summary>
internal sealed class PrometheusApi(JsonApi api, ServerLogin? login)
{
    /// <summary>Proxies limit a request line to 8 KB, some to less.</summary>
    private const int LongestQuery = 2000;

    // Only Milvus has the first two; every component of Milvus has the third. A monitor may drop all three; Prometheus itself writes the
    // last for every target.
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];
    private const string OwnMetric = "scrape_samples_post_metric_relabeling";

    public PrometheusApi(HttpClient http, string who, ServerAccess access)
        : this(new JsonApi(http, who, access), access.Login)
    {
    }

    public async Task<LoadedConfiguration> GetConfigurationAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync("api/v1/status/config", cancellationToken).ConfigureAwait(false) is not { } configuration)
        {
            return new LoadedConfiguration(null, null);
        }

        var runtime = await FindAsync("api/v1/status/runtimeinfo", cancellationToken).ConfigureAwait(false) ?? default;
        bool? isGood = runtime.Member("reloadConfigSuccess").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
        return new LoadedConfiguration(PrometheusAnswers.ListJobs(configuration), isGood);
    }

    /// <summary>Lists the active targets; null if the server does not show targets.</summary>
    /// <param name="pools">The scrape pools; null for all.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<IReadOnlyList<PrometheusTarget>?> ListTargetsAsync(IReadOnlySet<string>? pools, CancellationToken cancellationToken)
    {
        var targets = new List<PrometheusTarget>();
        foreach (var pool in pools?.ToArray<string?>() ?? [null])
        {
            // Prometheus before 2.42 does not know scrapePool and returns the targets of all pools.
            var filter = pool is null ? string.Empty : $"&scrapePool={Uri.EscapeDataString(pool)}";
            if (await FindAsync($"api/v1/targets?state=active{filter}", cancellationToken).ConfigureAwait(false) is not { } data)
            {
                return null;
            }

            targets.AddRange(PrometheusAnswers.ListTargets(data, pool is null ? null : new HashSet<string> { pool }));
        }

        return targets;
    }

    /// <summary>Lists the age of the newest sample of each target, of the first of <see cref="Metrics"/> that the target has.</summary>
    public async Task<IReadOnlyList<SampleAge>> ListAgesAsync(IReadOnlyList<ScrapedPod> pods, CancellationToken cancellationToken)
    {
        var query = WriteAgeQuery(pods);
        return PrometheusAnswers.ListAges(await QueryAsync(query, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Writes the query for the ages of samples.</summary>
    public static string WriteAgeQuery(IReadOnlyList<ScrapedPod> pods)
    {
        var labels = string.Join(',', SamplesRule.DashboardLabels.Concat(["job", "instance"]));
        var selectors = SeriesSelector.List(pods);
        var series = Metrics
            .SelectMany(metric => selectors.Select(selector => $"timestamp({metric}{{{selector}}})"))
            .Concat(selectors.Select(selector =>
                $"(timestamp({OwnMetric}{{{selector}}}) and {OwnMetric}{{{selector}}}>0)"));
        return string.Join(" or on(job,instance,namespace,pod) ", series.Select(item => $"time()-max by({labels})({item})"));
    }

    private async Task<JsonElement> QueryAsync(string query, CancellationToken cancellationToken)
    {
        const string Path = "api/v1/query";
        if (query.Length > LongestQuery
            && await api
                .FindByFormAsync(Path, new Dictionary<string, string> { ["query"] = query }, login, cancellationToken)
                .ConfigureAwait(false) is { } answer)
        {
            return PrometheusAnswers.GetData(answer, api.Who);
        }

        var body = await api.GetAsync($"{Path}?query={Uri.EscapeDataString(query)}", login, cancellationToken).ConfigureAwait(false);
        return PrometheusAnswers.GetData(body, api.Who);
    }

    private async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken) =>
        await api.FindAsync(path, login, cancellationToken).ConfigureAwait(false) is { } body
            ? PrometheusAnswers.GetData(body, api.Who)
            : null;
}

/// <summary>Writes the selectors of the series of pods.</summary>
internal static class SeriesSelector
{
    /// <summary>Lists selectors that together select every series of the pods.</summary>
    /// <remarks>
    /// Relabelling may set <c>instance</c> to what other jobs have too, such as the node, so that the job is selected as well.
    /// </remarks>
    public static IReadOnlyList<string> List(IReadOnlyList<ScrapedPod> pods)
    {
        var selectors = new List<string>();
        var targets = pods.SelectMany(pod => pod.Targets).ToList();
        var instances = targets.Select(target => target.Labels.GetValueOrDefault("instance")).OfType<string>().Select(Regex.Escape);
        if (targets.Count > 0)
        {
            var jobs = targets.Select(target => target.Labels.GetValueOrDefault("job")).Distinct(StringComparer.Ordinal).ToList();
            var job = jobs.Contains(null) ? string.Empty : $",job=~\"{Join(jobs.OfType<string>().Select(Regex.Escape))}\"";
            selectors.Add($"instance=~\"{Join(instances)}\"{job}");
        }

        var unseen = pods.Where(pod => pod.Targets.Count == 0).Select(pod => pod.Pod).ToList();
        if (unseen.SelectMany(pod => pod.Addresses).ToList() is { Count: > 0 } addresses)
        {
            selectors.Add($"instance=~\"{Join(addresses.Select(address => $"\\[?{Regex.Escape(address)}\\]?(:[0-9]+)?"))}\"");
        }

        if (unseen.Count > 0)
        {
            var names = Join(unseen.Select(pod => Regex.Escape(pod.Name)));
            selectors.Add($"namespace=\"{unseen[0].Namespace}\",pod=~\"{names}\"");
        }

        return selectors;
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
