using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Servers;

/// <summary>Reads responses of the HTTP API of Prometheus: <c>{"status":"success","data":…}</c>.</summary>
internal static class PrometheusAnswers
{
    private const string JobName = "job_name:";

    /// <summary>Gets the data of a response.</summary>
    /// <param name="body">The response.</param>
    /// <param name="who">The server, for the error.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ResponseInvalid"/>: the response is an error, or not that of a
    /// Prometheus.</exception>
    public static JsonElement GetData(ReadOnlyMemory<byte> body, string who)
    {
        if (!JsonTexts.AreReadable(body.Span))
        {
            throw CreateNotPrometheus(who, null);
        }

        try
        {
            using var document = JsonSlice.Open(body);
            var root = document.RootElement;
            return root.Text("status") switch
            {
                "success" when root.Member("data") is { ValueKind: not JsonValueKind.Undefined } data => data.Clone(),
                "error" => throw new MonitoringException(
                    ErrorId.ResponseInvalid,
                    $"{who} answers: {OneLine.TrimPunctuation(OneLine.Clean(root.Text("error"), 200))}",
                    who),
                _ => throw CreateNotPrometheus(who, null),
            };
        }
        catch (JsonException exception)
        {
            throw CreateNotPrometheus(who, exception);
        }
    }

    /// <summary>Lists the names of the scrape jobs in a configuration, which Prometheus writes as YAML in one fixed form.</summary>
    public static IReadOnlySet<string> ListJobs(JsonElement data)
    {
        var jobs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in data.Text("yaml").AsSpan().EnumerateLines())
        {
            if (line.TrimStart("- ") is var field && field.StartsWith(JobName, StringComparison.Ordinal))
            {
                jobs.Add(field[JobName.Length..].Trim().Trim("\"'").ToString());
            }
        }

        return jobs;
    }

    /// <summary>Parses an item of a list, which may be in the middle of an answer.</summary>
    /// <param name="item">The text of the item.</param>
    /// <param name="who">The server, for the error.</param>
    public static JsonElement ParseItem(ReadOnlyMemory<byte> item, string who) =>
        JsonTexts.AreReadable(item.Span) ? JsonSlice.Parse(item) : throw CreateNotPrometheus(who, null);

    /// <summary>Lists the alerts.</summary>
    public static IReadOnlyList<PrometheusAlert> ListAlerts(JsonElement data) =>
    [
        .. data.Items("alerts").Select(alert => new PrometheusAlert(
            alert.TextMap("labels"),
            alert.TextMap("annotations"),
            alert.Text("state") ?? string.Empty,
            alert.Time("activeAt"),
            alert.Text("value"))),
    ];

    /// <summary>Reads an active target.</summary>
    public static PrometheusTarget ReadTarget(JsonElement target)
    {
        var hasUrl = Uri.TryCreate(target.Text("scrapeUrl"), UriKind.Absolute, out var url);
        return new PrometheusTarget(
            ReadUsedLabels(target.Member("labels")),
            SharedTexts.All.Share(target.Text("health") ?? "unknown"),
            OneLine.TrimPunctuation(OneLine.Clean(target.Text("lastError"), 200)),
            ParseDuration(target.Text("scrapeInterval")),
            ParseDuration(target.Text("scrapeTimeout")))
        {
            DiscoveredPod = FindDiscoveredPod(target.Member("discoveredLabels")),
            DiscoveredNamespace = FindDiscovered(target.Member("discoveredLabels"), "namespace"),
            Pool = SharedTexts.All.Share(target.Text("scrapePool") ?? string.Empty),
            Host = hasUrl ? SharedTexts.All.Share(url!.DnsSafeHost) : null,
            Port = hasUrl ? url!.Port : null,
        };
    }

    /// <summary>Reads some labels: thousands of targets have dozens each.</summary>
    private static Dictionary<string, string> ReadUsedLabels(JsonElement labels)
    {
        var used = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in PrometheusTarget.UsedLabels)
        {
            if (labels.Text(name) is { } text)
            {
                used[name] = SharedTexts.All.Share(text);
            }
        }

        return used;
    }

    private static string? FindDiscoveredPod(JsonElement labels) =>
        FindDiscovered(labels, "pod_name")
        ?? FindDiscoveredTarget(labels, "endpoint")
        ?? FindDiscoveredTarget(labels, "endpointslice");

    private static string? FindDiscoveredTarget(JsonElement labels, string role) =>
        FindDiscovered(labels, $"{role}_address_target_kind") == "Pod" ? FindDiscovered(labels, $"{role}_address_target_name") : null;

    /// <summary>Finds a label that a target had before relabelling.</summary>
    private static string? FindDiscovered(JsonElement labels, string name) =>
        labels.Text($"__meta_kubernetes_{name}") is { } text ? SharedTexts.All.Share(text) : null;

    /// <summary>Lists the alert rules of a group.</summary>
    public static IEnumerable<PrometheusAlertRule> ListRules(JsonElement group)
    {
        var (name, file) = (group.Text("name") ?? string.Empty, group.Text("file") ?? string.Empty);
        return group.Items("rules").Where(rule => rule.Text("type") == "alerting").Select(rule => ReadRule(name, file, rule));
    }

    private static PrometheusAlertRule ReadRule(string group, string file, JsonElement rule)
    {
        var time = rule.Time("lastEvaluation");
        return new PrometheusAlertRule(
            SharedTexts.All.Share(rule.Text("name") ?? string.Empty),
            group,
            file,
            rule.Text("query") ?? string.Empty,
            rule.Text("state") switch
            {
                "firing" => AlertRuleState.Firing,
                "pending" => AlertRuleState.Pending,
                _ => AlertRuleState.Inactive,
            })
        {
            For = ReadSeconds(rule.Member("duration")),
            Labels = rule.TextMap("labels"),
            RunbookUri = rule.Member("annotations").Text("runbook_url"),
            IsHealthy = rule.Text("health") switch
            {
                "ok" => true,
                "err" => false,
                _ => null,
            },
            LastError = rule.Text("lastError") is { Length: > 0 } error ? OneLine.TrimPunctuation(OneLine.Clean(error, 200)) : null,
            LastEvaluation = time?.Year > 1 ? time : null,
            Value = rule.Items("alerts").Select(alert => ReadValue(alert.Text("value"))).Max(),
        };
    }

    /// <summary>Reads a time that is a number of seconds; zero if there is none.</summary>
    private static TimeSpan ReadSeconds(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    /// <summary>Reads a sample value as Prometheus writes it.</summary>
    public static double? ReadValue(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static TimeSpan? ParseDuration(string? text) => text is null ? null : ScrapeDuration.Parse(text);

    /// <summary>Creates the error of a server that is not Prometheus.</summary>
    public static MonitoringException CreateNotPrometheus(string who, Exception? cause) =>
        new(ErrorId.ResponseInvalid, $"what answers at {who} is not Prometheus", who, cause);
}
