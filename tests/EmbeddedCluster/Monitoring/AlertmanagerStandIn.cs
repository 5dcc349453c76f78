using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// As much of Alertmanager as tells who receives an alert: its status, its alerts, its counts of requests, and webhooks, which are sent at
/// once. Routes match by <c>matchers</c> of one condition each. Held to recordings of 0.33, and to the real one where there is one.
/// </summary>
public sealed partial class AlertmanagerStandIn : IAsyncDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly object _gate = new();
    private readonly Dictionary<string, JsonObject> _alerts = [];
    private readonly List<string> _log = [];
    private LoopbackServer? _server;
    private long _requests;
    private long _failed;

    private AlertmanagerStandIn()
    {
    }

    public Uri Address => _server!.Address;

    /// <summary>The configuration that it has loaded.</summary>
    public JsonObject Configuration { get; set; } = [];

    /// <summary>What silences every alert; null for nothing.</summary>
    public string? Silence { get; set; }

    /// <summary>Whether it keeps alerts, and notifies nobody.</summary>
    public bool IsMute { get; set; }

    /// <summary>Whether it only counts requests to webhooks as sent: nothing listens at their addresses.</summary>
    public bool Pretends { get; set; }

    /// <summary>The alerts that it has, the resolved ones left out.</summary>
    public IReadOnlyList<JsonObject> Alerts
    {
        get
        {
            lock (_gate)
            {
                return [.. _alerts.Values.Where(alert => (DateTimeOffset)alert["endsAt"]! > DateTimeOffset.UtcNow)];
            }
        }
    }

    /// <summary>What it has logged.</summary>
    public string Log
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _log);
            }
        }
    }

    public static async Task<AlertmanagerStandIn> StartAsync(CancellationToken cancellationToken)
    {
        var alertmanager = new AlertmanagerStandIn();
        alertmanager._server = await LoopbackServer.StartAsync(alertmanager.AnswerAsync, cancellationToken).ConfigureAwait(false);
        return alertmanager;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _client.Dispose();
    }

    private Task AnswerAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/api/v2/status") => context.Response.WriteAsJsonAsync(Status()),
        ("GET", "/api/v2/alerts") => context.Response.WriteAsJsonAsync(
            new JsonArray([.. Alerts.Where(alert => IsWanted(alert, context.Request.Query["filter"])).Select(Show)])),
        ("POST", "/api/v2/alerts") => ReceiveAsync(context),
        ("GET", "/metrics") => WriteMetricsAsync(context),
        ("GET", { } path) when path.StartsWith("/api/v2/silence/", StringComparison.Ordinal) => context.Response.WriteAsJsonAsync(
            new JsonObject { ["id"] = path.Split('/')[^1], ["createdBy"] = Silence, ["comment"] = "a test", ["endsAt"] = "2030-01-01T00:00:00Z" }),
        _ => NotFoundAsync(context),
    };

    /// <summary>Whether an alert has the labels that every filter asks for: by <c>=</c> or <c>=~</c>, as the module does.</summary>
    private static bool IsWanted(JsonObject alert, StringValues filters) => filters.OfType<string>().All(filter =>
    {
        var isPattern = filter.Contains("=~", StringComparison.Ordinal);
        var parts = filter.Split(isPattern ? "=~" : "=", 2);
        var (name, value) = (parts[0], parts[^1].Trim('"'));
        var live = alert.Child("labels").Text(name) ?? "";
        return isPattern ? Regex.IsMatch(live, $"^(?:{value})$", RegexOptions.None, TimeSpan.FromSeconds(1)) : live == value;
    });

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("404 page not found");
    }

    private JsonObject Status() => new()
    {
        ["cluster"] = new JsonObject { ["peers"] = new JsonArray(), ["status"] = "disabled" },
        ["config"] = new JsonObject { ["original"] = Redact(Configuration.Copy()).ToJsonString() },
        ["uptime"] = "2026-11-29T16:19:54.327Z",
        ["versionInfo"] = new JsonObject { ["version"] = "0.33.1" },
    };

    private static JsonNode Redact(JsonNode node)
    {
        foreach (var (key, value) in node is JsonObject fields ? fields.ToList() : [])
        {
            if (key is "url" or "api_url" or "webhook_url" or "routing_key" or "auth_password")
            {
                node[key] = "<secret>";
            }
            else if (value is not null)
            {
                Redact(value);
            }
        }

        foreach (var item in node is JsonArray items ? items.ToList() : [])
        {
            Redact(item!);
        }

        return node;
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        var posted = await context.Request.ReadFromJsonAsync<JsonArray>(context.RequestAborted).ConfigureAwait(false);
        foreach (var alert in posted!.Select(each => each!.AsObject()))
        {
            var labels = alert.Child("labels");
            var print = labels.ToJsonString();
            var isFiring = (DateTimeOffset)alert["endsAt"]! > DateTimeOffset.UtcNow;
            bool isNew;
            lock (_gate)
            {
                isNew = !_alerts.ContainsKey(print);
                _alerts[print] = alert.Copy();
            }

            if (Silence is null && !IsMute && (isNew || !isFiring))
            {
                await NotifyAsync(labels, isFiring, context.RequestAborted).ConfigureAwait(false);
            }
        }

        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task NotifyAsync(JsonObject labels, bool isFiring, CancellationToken cancellationToken)
    {
        foreach (var name in ListReceivers(labels))
        {
            var receiver = Configuration.Items("receivers").First(each => each.Text("name") == name);
            foreach (var (webhook, index) in receiver.Items("webhook_configs").Select((webhook, index) => (webhook, index)))
            {
                var body = new JsonObject
                {
                    ["receiver"] = name,
                    ["status"] = isFiring ? "firing" : "resolved",
                    ["alerts"] = new JsonArray(new JsonObject { ["labels"] = labels.Copy() }),
                };
                Interlocked.Increment(ref _requests);
                var fault = await SendAsync(new(webhook.Text("url")!), body, cancellationToken).ConfigureAwait(false);
                if (fault is not null)
                {
                    Interlocked.Increment(ref _failed);
                    lock (_gate)
                    {
                        _log.Add($"level=error component=dispatcher msg=\"Notify for alerts failed\" num_alerts=1 "
                            + $"err=\"{name}/webhook[{index}]: notify retry canceled due to unrecoverable error after 1 attempts: {fault}\"");
                    }
                }
            }
        }
    }

    private async Task<string?> SendAsync(Uri url, JsonObject body, CancellationToken cancellationToken)
    {
        if (Pretends)
        {
            return null;
        }

        try
        {
            using var answer = await _client.PostAsJsonAsync(url, body, cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : $"unexpected status code {(int)answer.StatusCode}: {url}";
        }
        catch (HttpRequestException exception)
        {
            return $"Post \\\"{url}\\\": {exception.Message}";
        }
    }

    private JsonObject Show(JsonObject alert)
    {
        var shown = alert.Copy();
        shown["fingerprint"] = alert.Child("labels").ToJsonString().GetHashCode(StringComparison.Ordinal).ToString("x8", CultureInfo.InvariantCulture);
        shown["receivers"] = new JsonArray([.. ListReceivers(alert.Child("labels")).Select(name => (JsonNode)new JsonObject { ["name"] = name })]);
        shown["status"] = new JsonObject
        {
            ["inhibitedBy"] = new JsonArray(),
            ["mutedBy"] = new JsonArray(),
            ["silencedBy"] = Silence is null ? new JsonArray() : new JsonArray("silence-1"),
            ["state"] = Silence is null ? "active" : "suppressed",
        };
        return shown;
    }

    private List<string> ListReceivers(JsonObject labels) => [.. Deepest(Configuration.Child("route"), "", labels).Distinct()];

    private static List<string> Deepest(JsonObject route, string inherited, JsonObject labels)
    {
        var receiver = route.Text("receiver") ?? inherited;
        var found = new List<string>();
        foreach (var child in route.Items("routes").Where(child => Matches(child, labels)))
        {
            found.AddRange(Deepest(child, receiver, labels));
            if ((bool?)child["continue"] != true)
            {
                break;
            }
        }

        return found.Count > 0 ? found : [receiver];
    }

    private static bool Matches(JsonObject route, JsonObject labels) =>
        (route["matchers"] as JsonArray ?? []).Select(each => Matcher().Match((string)each!)).All(matcher =>
        {
            var value = labels.Text(matcher.Groups[1].Value) ?? "";
            var wanted = matcher.Groups[3].Value;
            return matcher.Groups[2].Value == "=~" ? Regex.IsMatch(value, $"^(?:{wanted})$") : value == wanted;
        });

    private Task WriteMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(
            $$"""
            # TYPE alertmanager_notification_requests_total counter
            alertmanager_notification_requests_total{integration="webhook"} {{Interlocked.Read(ref _requests)}}
            alertmanager_notification_requests_failed_total{integration="webhook"} {{Interlocked.Read(ref _failed)}}

            """);
    }

    [GeneratedRegex("""^\s*(\w+)\s*(=~|=)\s*"?(.*?)"?\s*$""")]
    private static partial Regex Matcher();
}
