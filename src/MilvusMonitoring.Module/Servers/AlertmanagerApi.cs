using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Servers;

/// <summary>An alert as an Alertmanager has it.</summary>
internal sealed record AlertmanagerAlert(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary><c>active</c>, <c>suppressed</c> or <c>unprocessed</c>.</summary>
    public string State { get; init; } = string.Empty;

    /// <summary>The ids of the silences that silence it.</summary>
    public IReadOnlyList<string> SilencedBy { get; init; } = [];

    /// <summary>The fingerprints of the alerts that inhibit it.</summary>
    public IReadOnlyList<string> InhibitedBy { get; init; } = [];

    /// <summary>The time intervals that mute it, from 0.28 on.</summary>
    public IReadOnlyList<string> MutedBy { get; init; } = [];

    public IReadOnlyList<string> Receivers { get; init; } = [];

    public string Fingerprint { get; init; } = string.Empty;
}

/// <summary>A silence.</summary>
internal sealed record AlertmanagerSilence(string CreatedBy, string Comment, DateTimeOffset? EndsAt);

/// <summary>Reads from one Alertmanager, and sends alerts to it.</summary>
internal sealed class AlertmanagerApi(JsonApi api, ServerLogin? login)
{
    private const string Alerts = "api/v2/alerts";

    public AlertmanagerApi(HttpClient http, string who, ServerAccess access)
        : this(new JsonApi(http, who, access), access.Login)
    {
    }

    /// <summary>Reads the configuration that it has loaded, with secrets left out.</summary>
    public async Task<AlertmanagerConfiguration> GetConfigurationAsync(CancellationToken cancellationToken)
    {
        var status = await GetAsync("api/v2/status", cancellationToken).ConfigureAwait(false);
        if (status.Member("config").Text("original") is not { } configuration)
        {
            throw CreateNotAlertmanager(null);
        }

        try
        {
            return AlertmanagerConfiguration.Parse(configuration);
        }
        catch (FormatException exception)
        {
            var reason = $"the configuration that {api.Who} shows {OneLine.TrimPunctuation(OneLine.Clean(exception.Message, 200))}";
            throw new MonitoringException(ErrorId.ResponseInvalid, reason, api.Who, exception);
        }
    }

    /// <summary>Lists the alerts that fit matchers.</summary>
    /// <param name="filters">Matchers such as <c>alertname="MilvusTestAlert"</c>; none for all alerts.</param>
    public async Task<IReadOnlyList<AlertmanagerAlert>> ListAlertsAsync(
        IReadOnlyList<string> filters,
        CancellationToken cancellationToken)
    {
        var query = string.Join('&', filters.Select(filter => $"filter={Uri.EscapeDataString(filter)}"));
        var alerts = await GetAsync(query.Length == 0 ? Alerts : $"{Alerts}?{query}", cancellationToken).ConfigureAwait(false);
        return alerts.ValueKind == JsonValueKind.Array
            ? [.. alerts.EnumerateArray().Select(ReadAlert)]
            : throw CreateNotAlertmanager(null);
    }

    /// <summary>Finds a silence; null if it is gone.</summary>
    public async Task<AlertmanagerSilence?> FindSilenceAsync(string id, CancellationToken cancellationToken)
    {
        var path = $"api/v2/silence/{Uri.EscapeDataString(id)}";
        if (await api.FindAsync(path, login, cancellationToken).ConfigureAwait(false) is not { Length: > 0 } body)
        {
            return null;
        }

        var silence = Parse(body);
        return new AlertmanagerSilence(
            silence.Text("createdBy") ?? string.Empty,
            silence.Text("comment") ?? string.Empty,
            silence.Time("endsAt"));
    }

    /// <summary>Sends an alert. One with the same labels is replaced.</summary>
    public Task PostAlertAsync(
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string> annotations,
        DateTimeOffset startsAt,
        DateTimeOffset endsAt,
        CancellationToken cancellationToken)
    {
        var alert = new JsonObject
        {
            ["labels"] = ToJson(labels),
            ["annotations"] = ToJson(annotations),
            ["startsAt"] = startsAt,
            ["endsAt"] = endsAt,
        };
        return api.PostAsync(Alerts, JsonSerializer.SerializeToUtf8Bytes(new JsonArray(alert)), login, cancellationToken);
    }

    /// <summary>Reads how many notifications it has sent, by integration.</summary>
    public async Task<NotificationCounts> GetCountsAsync(CancellationToken cancellationToken) =>
        NotificationCounts.Parse((await api.GetAsync("metrics", login, cancellationToken).ConfigureAwait(false)).Span);

    private static AlertmanagerAlert ReadAlert(JsonElement alert)
    {
        var status = alert.Member("status");
        return new AlertmanagerAlert(alert.TextMap("labels"), alert.TextMap("annotations"))
        {
            StartsAt = alert.Time("startsAt"),
            State = status.Text("state") ?? string.Empty,
            SilencedBy = [.. status.Texts("silencedBy")],
            InhibitedBy = [.. status.Texts("inhibitedBy")],
            MutedBy = [.. status.Texts("mutedBy")],
            Receivers = [.. alert.Items("receivers").Select(receiver => receiver.Text("name")).OfType<string>()],
            Fingerprint = alert.Text("fingerprint") ?? string.Empty,
        };
    }

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> texts) =>
        new(texts.Select(text => KeyValuePair.Create(text.Key, (JsonNode?)text.Value)));

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Parse(await api.GetAsync(path, login, cancellationToken).ConfigureAwait(false));

    private JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonTexts.AreReadable(body.Span) ? JsonSlice.Parse(body) : throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw CreateNotAlertmanager(exception);
        }
    }

    private MonitoringException CreateNotAlertmanager(Exception? cause) =>
        new(ErrorId.ResponseInvalid, $"what answers at {OneLine.Clean(api.Who, 200)} is not Alertmanager", api.Who, cause);
}
