using System.Net;
using System.Text.Json;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Verification;

/// <summary>Asks Grafana how it is, and its data source for an answer of Prometheus.</summary>
internal sealed class GrafanaApi(JsonApi api)
{
    /// <summary>Asks.</summary>
    /// <param name="credentials">Who to sign in as, one after the other until one is let in; null among them for nobody.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="MonitoringException">It does not answer, or what answers is no Grafana.</exception>
    public async Task<GrafanaAnswer> AskAsync(IEnumerable<NetworkCredential?> credentials, CancellationToken cancellationToken)
    {
        var health = Parse(await api.GetAsync("api/health", null, cancellationToken).ConfigureAwait(false));
        if (health.Text("database") is not { } database)
        {
            throw new MonitoringException(ErrorId.ResponseInvalid, $"what answers at {api.Who} is no Grafana", api.Who);
        }

        var answer = new GrafanaAnswer(health.Text("version"), database == "ok");
        foreach (var credential in credentials)
        {
            try
            {
                return await AskDataSourceAsync(answer, credential, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.NotAuthenticated)
            {
                answer = answer with { NotAsked = OneLine.WithoutEnd(exception.Message) };
            }
        }

        return answer;
    }

    private async Task<GrafanaAnswer> AskDataSourceAsync(GrafanaAnswer health, NetworkCredential? credential, CancellationToken cancellationToken)
    {
        var sources = Parse(await api.GetAsync("api/datasources", credential, cancellationToken).ConfigureAwait(false));
        var all = sources.ValueKind == JsonValueKind.Array ? sources.EnumerateArray().Where(source => source.Text("type") == "prometheus").ToList() : [];
        if (all.Count == 0)
        {
            return health with { NotAsked = null };
        }

        var source = all.FirstOrDefault(source => source.Member("isDefault").ValueKind == JsonValueKind.True) is { ValueKind: JsonValueKind.Object } usual ? usual : all[0];
        var answer = health with { DataSource = source.Text("name") ?? "prometheus", NotAsked = null };
        try
        {
            var body = await api.GetAsync($"api/datasources/proxy/uid/{Uri.EscapeDataString(source.Text("uid") ?? string.Empty)}/api/v1/query?query=vector(1)", credential, cancellationToken).ConfigureAwait(false);
            PrometheusAnswers.Data(body, $"the data source '{answer.DataSource}'");
            return answer;
        }
        catch (MonitoringException exception) when (exception.ErrorId is ErrorId.ResponseInvalid or ErrorId.TimedOut)
        {
            return answer with { DataSourceError = OneLine.WithoutEnd(exception.Message) };
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
            throw new MonitoringException(ErrorId.ResponseInvalid, $"what answers at {api.Who} is no Grafana", api.Who, exception);
        }
    }
}
