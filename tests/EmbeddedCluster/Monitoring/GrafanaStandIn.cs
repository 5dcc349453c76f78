using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// As much of Grafana as tells whether it is well and which dashboards it has: its health, its dashboards, and its data source for who
/// signs in, in front of a real Prometheus. Its version decides on the ways to the data source: by number up to 12, by uid from 9 on. 7.5
/// is held to a recording, the others to Grafana's documentation.
/// </summary>
public sealed class GrafanaStandIn : IAsyncDisposable
{
    private const string Uid = "P1809F7CD0C75ACF3";
    private const string ByNumber = "/api/datasources/proxy/1/";
    private const string ByUid = "/api/datasources/proxy/uid/";
    private const string Plain = "application/json";
    private const string WithCharset = "application/json; charset=UTF-8";
    private const int FirstWithUid = 9;
    private const int FirstWithMessageId = 10;
    private const int FirstWithoutNumber = 13;

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly GrafanaDashboards _dashboards = new();
    private readonly Uri? _prometheus;
    private LoopbackServer? _server;

    private GrafanaStandIn(Uri? prometheus)
    {
        _prometheus = prometheus;
        HasPrometheus = prometheus is not null;
    }

    public Uri Address => _server!.Address;

    /// <summary>Which Grafana it is.</summary>
    public Version Version { get; set; } = new(13, 0, 2);

    /// <summary>Whether it hides its version from who is not signed in, as <c>hide_version</c> has it.</summary>
    public bool HidesVersion { get; set; }

    /// <summary>The password of admin.</summary>
    public string Password { get; set; } = "admin";

    /// <summary>Whether its database answers.</summary>
    public bool IsHealthy { get; set; } = true;

    /// <summary>Whether its data source leads to Prometheus.</summary>
    public bool HasPrometheus { get; set; }

    /// <summary>Lists the files that its provider of dashboards sees, by path: those of the ConfigMaps that it mounts.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Files
    {
        get => _dashboards.Files;
        set => _dashboards.Files = value;
    }

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
            return WriteAsync(context, IsHealthy ? 200 : 503, Health(), WithCharset);
        }

        if (!IsSignedIn(context.Request))
        {
            var isWrong = context.Request.Headers.Authorization.Count > 0;
            Refused += isWrong ? 1 : 0;
            return WriteAsync(
                context,
                401,
                isWrong
                    ? Error(401, "invalid username or password", "password-auth.failed")
                    : Error(401, "Unauthorized", "session.token.rotate"),
                WithCharset);
        }

        return path == "/api/datasources" ? WriteAsync(context, 200, DataSources(), Plain)
            : path.StartsWith(ByUid, StringComparison.Ordinal) ? ForwardByUidAsync(context, path[ByUid.Length..])
            : path.StartsWith(ByNumber, StringComparison.Ordinal) && Version.Major < FirstWithoutNumber
                ? ForwardAsync(context, path[ByNumber.Length..])
            : GrafanaDashboards.Answers(path) ? AnswerDashboardAsync(context, path)
            : WriteAsync(context, 404, Error(404, "Not found", "not-found"), WithCharset);
    }

    private async Task AnswerDashboardAsync(HttpContext context, string path)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
        var (status, answer) = _dashboards.Answer(context.Request.Method, path, context.Request.Query, body);
        await WriteAsync(context, status, answer, Plain).ConfigureAwait(false);
    }

    private bool IsSignedIn(HttpRequest request) =>
        request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}"));

    private JsonObject Health()
    {
        var health = new JsonObject { ["commit"] = "0000000", ["database"] = IsHealthy ? "ok" : "failing" };
        if (!HidesVersion)
        {
            health["version"] = Version.ToString();
        }

        return health;
    }

    private JsonObject Error(int status, string message, string id) => Version.Major < FirstWithMessageId
        ? new JsonObject { ["message"] = message }
        : new JsonObject { ["message"] = message, ["messageId"] = id, ["statusCode"] = status };

    private JsonArray DataSources()
    {
        var source = new JsonObject
        {
            ["id"] = 1,
            ["uid"] = Uid,
            ["orgId"] = 1,
            ["name"] = "prometheus",
            ["type"] = "prometheus",
            ["typeName"] = "Prometheus",
            ["typeLogoUrl"] = "public/app/plugins/datasource/prometheus/img/prometheus_logo.svg",
            ["access"] = "proxy",
            ["url"] = "http://prometheus-k8s.monitoring.svc:9090",
            ["user"] = "",
            ["database"] = "",
            ["basicAuth"] = false,
            ["isDefault"] = false,
            ["jsonData"] = new JsonObject(),
            ["readOnly"] = true,
        };
        if (Version.Major < FirstWithUid)
        {
            source["password"] = "";
        }

        return [source];
    }

    /// <summary>Before 9 there is no such route: "uid" is taken for the number of a data source that is not there.</summary>
    private Task ForwardByUidAsync(HttpContext context, string rest) =>
        Version.Major < FirstWithUid ? WriteAsync(context, 500, Error(500, "Unable to load datasource meta data", ""), WithCharset)
        : rest.StartsWith(Uid + "/", StringComparison.Ordinal) ? ForwardAsync(context, rest[(Uid.Length + 1)..])
        : WriteAsync(context, 404, Error(404, "Data source not found", ""), WithCharset);

    private async Task ForwardAsync(HttpContext context, string path)
    {
        if (!HasPrometheus)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(_prometheus!, path + context.Request.QueryString));
        if (context.Request.HasFormContentType)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using var answer = await _client.SendAsync(request, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, int status, JsonNode body, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
