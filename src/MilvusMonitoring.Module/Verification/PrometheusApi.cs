using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Verification;

/// <summary>Reads from one Prometheus what it has loaded, what it scrapes and how old its samples are.</summary>
internal sealed class PrometheusApi(JsonApi api)
{
    // Only Milvus has the first two; every component of Milvus has the third.
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];

    public PrometheusApi(HttpClient http, string who)
        : this(new JsonApi(http, who))
    {
    }

    public async Task<LoadedConfiguration> GetConfigurationAsync(CancellationToken cancellationToken)
    {
        var configuration = await GetAsync("api/v1/status/config", cancellationToken).ConfigureAwait(false);
        var runtime = await GetAsync("api/v1/status/runtimeinfo", cancellationToken).ConfigureAwait(false);
        bool? isGood = runtime.Member("reloadConfigSuccess").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
        return new LoadedConfiguration(PrometheusAnswers.ListJobs(configuration), isGood);
    }

    /// <summary>Lists the active targets of scrape pools.</summary>
    public async Task<IReadOnlyList<PrometheusTarget>> ListTargetsAsync(IReadOnlySet<string> pools, CancellationToken cancellationToken)
    {
        var targets = new List<PrometheusTarget>();
        foreach (var pool in pools)
        {
            // Prometheus before 2.42 does not know scrapePool and returns the targets of all pools.
            var data = await GetAsync($"api/v1/targets?state=active&scrapePool={Uri.EscapeDataString(pool)}", cancellationToken)
                .ConfigureAwait(false);
            targets.AddRange(PrometheusAnswers.ListTargets(data, new HashSet<string> { pool }));
        }

        return targets;
    }

    /// <summary>Lists the age of the newest sample of each pod, of the first of <see cref="Metrics"/> that the pod has.</summary>
    /// <param name="addresses">The addresses of the targets: their label <c>instance</c>.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<IReadOnlyList<SampleAge>> ListAgesAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var matcher = string.Join('|', addresses.Select(Regex.Escape))
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        var labels = string.Join(',', SamplesRule.DashboardLabels);
        var ages = Metrics.Select(metric => $"time()-max by({labels})(timestamp({metric}{{instance=~\"{matcher}\"}}))");
        var query = string.Join(" or on(namespace,pod) ", ages);
        var data = await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}", cancellationToken).ConfigureAwait(false);
        return PrometheusAnswers.ListAges(data);
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        PrometheusAnswers.GetData(await api.GetAsync(path, null, cancellationToken).ConfigureAwait(false), api.Who);
}
