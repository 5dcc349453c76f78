using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Monitoring;

/// <summary>As much of Grafana as tells whether it is well: its health, and its data source for whoever signs in, in front of a real Prometheus.</summary>
public sealed class GrafanaStandIn : IAsyncDisposable
{
    private const string Uid = "P1809F7CD0C75ACF3";
    private const string Proxy = "/api/datasources/proxy/uid/" + Uid + "/";

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Uri? _prometheus;
    private LoopbackServer? _server;

    private GrafanaStandIn(Uri? prometheus)
    {
        _prometheus = prometheus;
        HasPrometheus = prometheus is not null;
    }

    public Uri Address => _server!.Address;

    /// <summary>The password of admin.</summary>
    public string Password { get; set; } = "admin";

    /// <summary>Whether its database answers.</summary>
    public bool IsHealthy { get; set; } = true;

    /// <summary>Whether its data source leads to Prometheus.</summary>
    public bool HasPrometheus { get; set; }

    /// <summary>How many sign-ins were refused.</summary>
    public int Refused { get; private set; }

    public static async Task<GrafanaStandIn> StartAsync(Uri? prometheus, CancellationToken cancellationToken)
    {
        var grafana = new GrafanaStandIn(prometheus);
        grafana._server = await LoopbackServer.StartAsync(grafana.AnswerAsync, cancellationToken).ConfigureAwait(false);
        return grafana;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _client.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path == "/api/health")
        {
            return WriteAsync(context, IsHealthy ? 200 : 503, new JsonObject { ["database"] = IsHealthy ? "ok" : "failing", ["version"] = "13.0.2", ["commit"] = "0000000" });
        }

        if (!IsSignedIn(context.Request))
        {
            Refused += context.Request.Headers.Authorization.Count;
            return WriteAsync(context, 401, new JsonObject { ["message"] = "Unauthorized", ["messageId"] = "session.token.rotate", ["statusCode"] = 401 });
        }

        return path == "/api/datasources" ? WriteAsync(context, 200, DataSources())
            : path.StartsWith(Proxy, StringComparison.Ordinal) ? ForwardAsync(context, path[Proxy.Length..])
            : WriteAsync(context, 404, new JsonObject { ["message"] = "Not found" });
    }

    private bool IsSignedIn(HttpRequest request) =>
        request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}"));

    private static JsonArray DataSources() => new(new JsonObject
    {
        ["id"] = 1,
        ["uid"] = Uid,
        ["orgId"] = 1,
        ["name"] = "prometheus",
        ["type"] = "prometheus",
        ["access"] = "proxy",
        ["url"] = "http://prometheus-k8s.monitoring.svc:9090",
        ["isDefault"] = false,
        ["readOnly"] = true,
    });

    private async Task ForwardAsync(HttpContext context, string path)
    {
        if (!HasPrometheus)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        using var answer = await _client.GetAsync(new Uri(_prometheus!, path + context.Request.QueryString), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
