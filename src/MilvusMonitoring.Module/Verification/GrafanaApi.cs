using System.Globalization;
using System.Net;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Asks Grafana how it is, and its data source for an answer of Prometheus.</summary>
internal sealed class GrafanaApi(JsonApi api)
{
    private const int FirstWithUid = 9;

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
                answer = answer with { NotAsked = OneLine.TrimPunctuation(exception.Message) };
            }
        }

        return answer;
    }

    private async Task<GrafanaAnswer> AskDataSourceAsync(
        GrafanaAnswer health,
        NetworkCredential? credential,
        CancellationToken cancellationToken)
    {
        var sources = Parse(await api.GetAsync("api/datasources", credential, cancellationToken).ConfigureAwait(false));
        var all =
            sources.ValueKind == JsonValueKind.Array
                ? sources.EnumerateArray().Where(source => source.Text("type") == "prometheus").ToList()
                : [];
        if (all.Count == 0)
        {
            return health with { NotAsked = null };
        }

        var source = all.FirstOrDefault(source => source.Member("isDefault").ValueKind == JsonValueKind.True)
            is { ValueKind: JsonValueKind.Object } usual
            ? usual
            : all[0];
        var answer = health with { DataSource = source.Text("name") ?? "prometheus", NotAsked = null };
        string? refusal = null;
        foreach (var way in WaysTo(source, health.Version))
        {
            try
            {
                var body = await api.GetAsync($"api/datasources/proxy/{way}/api/v1/query?query=vector(1)", credential, cancellationToken)
                    .ConfigureAwait(false);
                EnsureNotFromGrafana(body);
                PrometheusAnswers.Data(body, $"the data source '{answer.DataSource}'");
                return answer;
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
            {
                refusal ??= OneLine.TrimPunctuation(exception.Message);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.TimedOut)
            {
                return answer with { DataSourceError = OneLine.TrimPunctuation(exception.Message) };
            }
        }

        return answer with { DataSourceError = refusal ?? "Grafana gives it neither an id nor a uid" };
    }

    /// <summary>
    /// The ways to a data source through Grafana, the best first: by uid from 9.0 on, by number up to 12, where 13 serves that by a feature
    /// toggle only.
    /// </summary>
    /// <remarks>
    /// A Grafana that hides its version is asked by both, and so is one from 9.0 on: up to 9.3.2 a uid with a hyphen in it was cut
    /// (grafana/grafana#61722).
    /// </remarks>
    private static IEnumerable<string> WaysTo(JsonElement source, string? version)
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
    /// Grafana's own errors are a message without a status: a route or a data source that it does not have says nothing of what stands
    /// behind it.
    /// </summary>
    private void EnsureNotFromGrafana(ReadOnlyMemory<byte> body)
    {
        if (
            JsonTexts.AreReadable(body.Span)
            && Fields(body) is { } fields
            && fields.Text("status") is null
            && fields.Text("message") is { } message)
        {
            throw new MonitoringException(ErrorId.ResponseInvalid, $"Grafana says '{OneLine.Clean(message, 200)}'", api.Who);
        }

        static JsonElement? Fields(ReadOnlyMemory<byte> body)
        {
            try
            {
                return JsonSlice.Parse(body) is { ValueKind: JsonValueKind.Object } fields ? fields : null;
            }
            catch (JsonException)
            {
                // No JSON is no word of Grafana's: whoever reads on says what it is.
                return null;
            }
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
