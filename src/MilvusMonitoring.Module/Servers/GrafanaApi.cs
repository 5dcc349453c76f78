using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Servers;

/// <summary>Reads the health of Grafana, and queries Prometheus through its data source.</summary>
internal sealed class GrafanaApi(JsonApi api)
{
    private const int FirstWithUid = 9;

    /// <summary>Reads the state of Grafana and of its data source.</summary>
    /// <param name="credentials">Who signs in: one after the other until Grafana accepts one; null among them for nobody.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="MonitoringException">Grafana does not respond, or the response is not that of a Grafana.</exception>
    public async Task<GrafanaAnswer> GetStateAsync(IEnumerable<ServerLogin?> credentials, CancellationToken cancellationToken)
    {
        var health = Parse(await api.GetAsync("api/health", null, cancellationToken).ConfigureAwait(false));
        if (health.Text("database") is not { } database)
        {
            throw CreateNotGrafana(null);
        }

        var answer = new GrafanaAnswer(health.Text("version"), database == "ok");
        foreach (var credential in credentials)
        {
            try
            {
                return await CheckDataSourceAsync(answer, credential, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.NotAuthenticated)
            {
                answer = answer with { NotAsked = OneLine.TrimPunctuation(exception.Message) };
            }
        }

        return answer;
    }

    private async Task<GrafanaAnswer> CheckDataSourceAsync(
        GrafanaAnswer health,
        ServerLogin? credential,
        CancellationToken cancellationToken)
    {
        var sources = Parse(await api.GetAsync("api/datasources", credential, cancellationToken).ConfigureAwait(false));
        if (FindDataSource(sources) is not { } source)
        {
            return health with { NotAsked = null };
        }

        var answer = health with { DataSource = source.Text("name") ?? "prometheus", NotAsked = null };
        string? error = null;
        foreach (var path in ListProxyPaths(source, health.Version))
        {
            try
            {
                var body = await api
                    .GetAsync($"api/datasources/proxy/{path}/api/v1/query?query=vector(1)", credential, cancellationToken)
                    .ConfigureAwait(false);
                EnsureNotFromGrafana(body);
                PrometheusAnswers.GetData(body, $"the data source '{answer.DataSource}'");
                return answer;
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
            {
                error ??= OneLine.TrimPunctuation(exception.Message);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.TimedOut)
            {
                return answer with { DataSourceError = OneLine.TrimPunctuation(exception.Message) };
            }
        }

        return answer with { DataSourceError = error ?? "Grafana gives it neither an id nor a uid" };
    }

    /// <summary>Finds the default Prometheus data source, or else the first.</summary>
    private static JsonElement? FindDataSource(JsonElement sources)
    {
        var all = sources.ValueKind == JsonValueKind.Array
            ? sources.EnumerateArray().Where(source => source.Text("type") == "prometheus").ToList()
            : [];
        var preferred = all.FindIndex(source => source.Member("isDefault").ValueKind == JsonValueKind.True);
        return all.Count == 0 ? null : all[Math.Max(0, preferred)];
    }

    /// <summary>
    /// Lists the paths of Grafana's proxy to a data source, the best first: by uid from Grafana 9.0 on, by number up to Grafana 12. Grafana
    /// 13 serves numbers only with a feature toggle.
    /// </summary>
    /// <remarks>
    /// A Grafana that hides its version gets both. So does every Grafana from 9.0 on: up to 9.3.2 it cut a uid at a hyphen
    /// (grafana/grafana#61722).
    /// </remarks>
    private static IEnumerable<string> ListProxyPaths(JsonElement source, string? version)
    {
        var isOld = int.TryParse(version?.Split('.')[0], CultureInfo.InvariantCulture, out var major) && major < FirstWithUid;
        if (!isOld && source.Text("uid") is { Length: > 0 } uid)
        {
            yield return $"uid/{Uri.EscapeDataString(uid)}";
        }

        if (source.Number("id") is { } id)
        {
            yield return id.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// Refuses an error of Grafana itself, which has a message and no status: Grafana has no such route or data source, which says nothing
    /// about Prometheus.
    /// </summary>
    private void EnsureNotFromGrafana(ReadOnlyMemory<byte> body)
    {
        if (ParseObject(body) is { } fields && fields.Text("status") is null && fields.Text("message") is { } message)
        {
            throw new MonitoringException(ErrorId.ResponseInvalid, $"Grafana says '{OneLine.Clean(message, 200)}'", api.Who);
        }
    }

    private static JsonElement? ParseObject(ReadOnlyMemory<byte> body)
    {
        if (!JsonTexts.AreReadable(body.Span))
        {
            return null;
        }

        try
        {
            return JsonSlice.Parse(body) is { ValueKind: JsonValueKind.Object } fields ? fields : null;
        }
        catch (JsonException)
        {
            // Grafana's own errors are JSON. The reader of the response reports what this one is.
            return null;
        }
    }

    private JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonTexts.AreReadable(body.Span) ? JsonSlice.Parse(body) : throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw CreateNotGrafana(exception);
        }
    }

    private MonitoringException CreateNotGrafana(Exception? cause) =>
        new(ErrorId.ResponseInvalid, $"what answers at {api.Who} is no Grafana", api.Who, cause);
}

/// <summary>The state of Grafana and of its data source.</summary>
/// <param name="Version">The version; null if Grafana hides it.</param>
/// <param name="IsHealthy">Whether Grafana says that its database is healthy.</param>
/// <param name="DataSource">The name of its Prometheus data source; null if it has none, or does not show it.</param>
/// <param name="DataSourceError">Why the data source does not respond; null if it does.</param>
/// <param name="NotAsked">Why the data source could not be checked; null if it was.</param>
internal sealed record GrafanaAnswer(
    string? Version,
    bool IsHealthy,
    string? DataSource = null,
    string? DataSourceError = null,
    string? NotAsked = null);
