using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>A target of a <see cref="PrometheusStub"/>.</summary>
internal sealed record StubTarget(string Pool, string Address, IReadOnlyDictionary<string, string> Labels)
{
    public string Health { get; init; } = "up";

    public string Error { get; init; } = string.Empty;

    public bool HasSamples { get; init; } = true;
}

/// <summary>A server that answers as a Prometheus with the jobs, targets and samples that a test gives it.</summary>
internal sealed partial class PrometheusStub : IAsyncDisposable
{
    private LoopbackServer _server = null!;

    public List<string> Jobs { get; } = [];

    public List<StubTarget> Targets { get; } = [];

    /// <summary>The groups of alert rules.</summary>
    public JsonArray Rules { get; set; } = [];

    /// <summary>The alerts that fire.</summary>
    public JsonArray Alerts { get; set; } = [];

    /// <summary>The header without which it answers 401.</summary>
    public string? Authorization { get; set; }

    /// <summary>The longest request line that a proxy before it takes.</summary>
    public int LongestLine { get; set; } = int.MaxValue;

    /// <summary>Whether it answers queries and nothing else.</summary>
    public bool OnlyQueries { get; set; }

    public ConcurrentQueue<string> Queries { get; } = [];

    /// <summary>The paths of all requests, without their queries.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public Uri Address => _server.Address;

    public static async Task<PrometheusStub> StartAsync(X509Certificate2? certificate = null)
    {
        var stub = new PrometheusStub();
        stub._server = await LoopbackServer.StartAsync(stub.AnswerAsync, certificate, TestContext.Current.CancellationToken);
        return stub;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue(request.Path.Value!);
        var form = request.HasFormContentType ? await request.ReadFormAsync() : null;
        if (Authorization is not null && request.Headers.Authorization != Authorization)
        {
            await WriteAsync(context, 401, "Unauthorized");
            return;
        }

        if (request.Path.Value!.Length + request.QueryString.Value!.Length > LongestLine)
        {
            await WriteAsync(context, 414, "<html>414 Request-URI Too Large</html>");
            return;
        }

        var query = form?["query"].ToString() ?? request.Query["query"].ToString();
        var data = (request.Path.Value, OnlyQueries) switch
        {
            ("/api/v1/query", _) => Query(query),
            (_, true) => null,
            ("/api/v1/status/config", _) => new JsonObject
            {
                ["yaml"] = $"global: {{}}\nscrape_configs:\n{string.Concat(Jobs.Select(job => $"- job_name: {job}\n"))}",
            },
            ("/api/v1/status/runtimeinfo", _) => new JsonObject { ["reloadConfigSuccess"] = true },
            ("/api/v1/rules", _) => new JsonObject { ["groups"] = Rules.DeepClone() },
            ("/api/v1/alerts", _) => new JsonObject { ["alerts"] = Alerts.DeepClone() },
            ("/api/v1/targets", _) => new JsonObject { ["activeTargets"] = ListTargets(request.Query["scrapePool"]) },
            _ => null,
        };
        if (data is null)
        {
            await WriteAsync(context, 404, "404 page not found");
            return;
        }

        await context.Response.WriteAsJsonAsync(new JsonObject { ["status"] = "success", ["data"] = data });
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text);
    }

    private JsonArray ListTargets(string? pool) => new([
        .. Targets.Where(target => pool is null || target.Pool == pool).Select(target => new JsonObject
        {
            ["discoveredLabels"] = new JsonObject(),
            ["labels"] = ToJson(target.Labels),
            ["scrapePool"] = target.Pool,
            ["scrapeUrl"] = $"http://{target.Address}/metrics",
            ["health"] = target.Health,
            ["lastError"] = target.Error,
            ["scrapeInterval"] = "30s",
            ["scrapeTimeout"] = "10s",
        }),
    ]);

    private JsonObject Query(string query)
    {
        Queries.Enqueue(query);
        var instances = new Regex($"^(?:{Instances().Match(query).Groups[1].Value.Replace(@"\\", @"\", StringComparison.Ordinal)})$");
        var found = Targets
            .Where(target => target is { Health: "up", HasSamples: true })
            .Where(target => instances.IsMatch(target.Labels.GetValueOrDefault("instance") ?? string.Empty))
            .Select(target => new JsonObject { ["metric"] = ToJson(target.Labels), ["value"] = new JsonArray(0, "3.2") });
        return new JsonObject { ["resultType"] = "vector", ["result"] = new JsonArray([.. found]) };
    }

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));

    [GeneratedRegex("instance=~\"([^\"]*)\"")]
    private static partial Regex Instances();
}
