using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Verification;

/// <summary>Asks one Prometheus what it has loaded, what it scrapes and what it has seen.</summary>
internal sealed class PrometheusApi(JsonApi api)
{
    // The first two are of Milvus alone; every component has the third.
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];

    /// <summary>Asks one at an address.</summary>
    public PrometheusApi(HttpClient http, string who)
        : this(new JsonApi(http, who))
    {
    }

    /// <summary>The scrape jobs that it has loaded, and whether it has taken the newest configuration.</summary>
    public async Task<LoadedConfiguration> ConfigurationAsync(CancellationToken cancellationToken)
    {
        var configuration = await GetAsync("api/v1/status/config", cancellationToken).ConfigureAwait(false);
        var runtime = await GetAsync("api/v1/status/runtimeinfo", cancellationToken).ConfigureAwait(false);
        bool? isGood = runtime.Member("reloadConfigSuccess").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
        return new LoadedConfiguration(PrometheusAnswers.Jobs(configuration), isGood);
    }

    /// <summary>The active targets of some scrape pools.</summary>
    public async Task<IReadOnlyList<PrometheusTarget>> TargetsAsync(IReadOnlySet<string> pools, CancellationToken cancellationToken)
    {
        var targets = new List<PrometheusTarget>();
        foreach (var pool in pools)
        {
            // Versions before 2.42 know no scrapePool and answer with all.
            var data = await GetAsync($"api/v1/targets?state=active&scrapePool={Uri.EscapeDataString(pool)}", cancellationToken)
                .ConfigureAwait(false);
            targets.AddRange(PrometheusAnswers.Targets(data, new HashSet<string> { pool }));
        }

        return targets;
    }

    /// <summary>How old the newest sample of each pod is, of the first metric that it has of those by which a Milvus is known.</summary>
    /// <param name="addresses">The addresses of the targets: their label <c>instance</c>.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<IReadOnlyList<SampleAge>> AgesAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var matcher = string.Join('|', addresses.Select(Regex.Escape))
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        var labels = string.Join(',', PrometheusRules.DashboardLabels);
        var query = string.Join(
            " or ",
            Metrics.Select(
                (metric, index) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(index == 0 ? string.Empty : "on(namespace,pod) ")}time()-max by({labels})(timestamp({metric}{{instance=~\"{matcher}\"}}))"
                    )));
        return PrometheusAnswers.Ages(
            await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}", cancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        PrometheusAnswers.Data(await api.GetAsync(path, null, cancellationToken).ConfigureAwait(false), api.Who);
}
