using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Servers;

/// <summary>Reads from one Prometheus what it has loaded, what it scrapes and what an expression evaluates to.</summary>
internal sealed class PrometheusApi(JsonApi api, ServerLogin? login)
{
    /// <summary>Proxies limit a request line to 8 KB, some to less.</summary>
    private const int LongestQuery = 2000;

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
            var found = await ListItemsAsync<PrometheusTarget>(
                $"api/v1/targets?state=active{filter}",
                "activeTargets",
                item => [PrometheusAnswers.ReadTarget(item)],
                cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                return null;
            }

            targets.AddRange(found.Where(target => pool is null || target.Pool == pool));
        }

        return targets;
    }

    /// <summary>Lists the alert rules that the server has loaded; null if the server does not show rules.</summary>
    public Task<IReadOnlyList<PrometheusAlertRule>?> ListRulesAsync(CancellationToken cancellationToken) =>
        ListItemsAsync("api/v1/rules?type=alert", "groups", PrometheusAnswers.ListRules, cancellationToken);

    /// <summary>Evaluates an expression now.</summary>
    /// <returns>The data of the response: <c>resultType</c> and <c>result</c>.</returns>
    /// <exception cref="MonitoringException">The server does not respond, or refuses the expression.</exception>
    public async Task<JsonElement> QueryAsync(string query, CancellationToken cancellationToken)
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

    /// <summary>Lists the alerts that are pending or firing; null if the server does not show them.</summary>
    public async Task<IReadOnlyList<PrometheusAlert>?> ListAlertsAsync(CancellationToken cancellationToken) =>
        await FindAsync("api/v1/alerts", cancellationToken).ConfigureAwait(false) is { } data ? PrometheusAnswers.ListAlerts(data) : null;

    /// <summary>Lists the addresses of the Alertmanagers that alerts are sent to; null if the server does not show them.</summary>
    public async Task<IReadOnlyList<string>?> ListAlertmanagersAsync(CancellationToken cancellationToken) =>
        await FindAsync("api/v1/alertmanagers", cancellationToken).ConfigureAwait(false) is { } data
            ? [.. data.Items("activeAlertmanagers").Select(active => active.Text("url")).OfType<string>()]
            : null;

    private async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken) =>
        await api.FindAsync(path, login, cancellationToken).ConfigureAwait(false) is { } body
            ? PrometheusAnswers.GetData(body, api.Who)
            : null;

    /// <summary>Reads the items of a list of the data; null if the server does not have the list.</summary>
    private async Task<IReadOnlyList<T>?> ListItemsAsync<T>(
        string path,
        string list,
        Func<JsonElement, IEnumerable<T>> read,
        CancellationToken cancellationToken)
    {
        var items = new List<T>();
        void Add(ReadOnlyMemory<byte> item) => items.AddRange(read(PrometheusAnswers.ParseItem(item, api.Who)));
        try
        {
            if (await api.FindItemsAsync(path, ["data", list], Add, login, cancellationToken).ConfigureAwait(false) is not { } rest)
            {
                return null;
            }

            PrometheusAnswers.GetData(rest, api.Who);
            return items;
        }
        catch (JsonException exception)
        {
            throw PrometheusAnswers.CreateNotPrometheus(api.Who, exception);
        }
    }
}
