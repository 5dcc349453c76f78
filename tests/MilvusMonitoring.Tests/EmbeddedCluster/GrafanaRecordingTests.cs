using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>The stand-in answers as the Grafana 7.5.5 of the recording did: status, media type and the fields that it has.</summary>
public sealed class GrafanaRecordingTests
{
    private const string Variable = "GRAFANA_RECORDINGS";
    private const string RecordedUid = "XmlguERdk";

    // What of the recording the module asks for.
    private static readonly string[] Asked =
    [
        "/api/health", "/api/datasources", "/api/datasources/proxy/", "/api/search?query=Milvus", "/api/dashboards/",
    ];

    /// <summary>The notes of the exchanges by which dashboards are read, saved and deleted.</summary>
    private static readonly string?[] Replayed =
    [
        "one provisioned dashboard", "nothing found", "provisioned", "absent", "anonymous", "absent, anonymous", "new, into General", "by hand",
        "again, same content, no version, overwrite false", "again, same content, the right version, overwrite false",
        "stale version, overwrite false", "existing uid, stale version, overwrite true", "existing uid, no version, overwrite true",
        "a version ahead of the stored, overwrite false", "title exists in the same folder under another uid",
        "over a provisioned one, with its id", "over a provisioned one, with its id and version, overwrite false", "again: absent",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stand_in_answers_as_a_real_7_5_5()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder of recordings");
        var exchanges = JsonNode
            .Parse(await File.ReadAllTextAsync(Path.Combine(folder!, "grafana-7.5.5.json"), Token))!
            .AsArray()
            .Where(exchange =>
                Asked.Any(path =>
                    PathOf(exchange!) == path || (path.EndsWith('/') && PathOf(exchange!).StartsWith(path, StringComparison.Ordinal))))
            .ToList();
        Assert.Equal(12, exchanges.Count);

        await using var prometheus = await LoopbackServer.StartAsync(AnswerQueryAsync, Token);
        await using var grafana = await GrafanaStandIn.StartAsync(prometheus.Address, Token);
        grafana.Version = new Version(7, 5, 5);
        grafana.Files = () => new Dictionary<string, string>
        {
            ["grafana-overview/milvus-probe.json"] = """{"uid":"milvus-probe","title":"Milvus probe","schemaVersion":27,"panels":[]}""",
        };
        using var client = new HttpClient { BaseAddress = grafana.Address };
        var uid = (string)
            JsonNode.Parse(await (await SendAsync(client, "/api/datasources", true)).Content.ReadAsStringAsync(Token))![0]!["uid"]!;
        foreach (var exchange in exchanges)
        {
            var isSignedIn = (bool)exchange!["request"]!["auth"]!;
            using var answer = await SendAsync(
                client,
                PathOf(exchange).Replace(RecordedUid, uid, StringComparison.Ordinal),
                isSignedIn,
                (string)exchange["request"]!["method"]!,
                exchange["request"]!["body"]?.ToJsonString());
            var recorded = exchange["response"]!;
            Assert.Equal((PathOf(exchange), (int)recorded["status"]!), (PathOf(exchange), (int)answer.StatusCode));
            Assert.Equal((string?)recorded["headers"]!["Content-Type"], answer.Content.Headers.ContentType?.ToString());
            Assert.Equal(Fields(recorded["body"]!), Fields(JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!));
        }
    }

    [Fact]
    public async Task The_stand_in_keeps_dashboards_as_a_real_7_5_5()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(BuiltTree.Root, "tests", "MilvusMonitoring.Tests", "Dashboards", "grafana-7.5-dashboards.json"), Token);
        var exchanges = JsonNode.Parse(text)!.AsArray().Where(exchange => Replayed.Contains((string?)exchange!["note"])).ToList();
        await using var grafana = await GrafanaStandIn.StartAsync(null, Token);
        grafana.Version = new Version(7, 5, 5);
        grafana.Files = () => new Dictionary<string, string>
        {
            ["milvus-provisioned.json"] =
                """{"uid":"milvus-provisioned","title":"Milvus / Provisioned","tags":["milvus","milvus-monitoring"],"panels":[]}""",
        };
        using var client = new HttpClient { BaseAddress = grafana.Address };
        var seen = new List<string?>();
        foreach (var exchange in exchanges)
        {
            var note = (string?)exchange!["note"];
            seen.Add(note);
            using var answer = await SendAsync(
                client,
                PathOf(exchange),
                (bool)exchange["request"]!["auth"]!,
                (string)exchange["request"]!["method"]!,
                exchange["request"]!["body"]?.ToJsonString());
            var recorded = exchange["response"]!;
            Assert.Equal((note, (int)recorded["status"]!), (note, (int)answer.StatusCode));
            var (wanted, came) = (recorded["body"]!, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!);
            Assert.Equal((note, Facts(wanted)), (note, Facts(came)));
        }

        Assert.Equal(Replayed.Order(), seen.Distinct().Order());
    }

    /// <summary>What the module reads of a response: who it is, whether it comes from a file, and why it is refused.</summary>
    private static string Facts(JsonNode body) => body switch
    {
        JsonArray list => string.Join(',', list.Select(item => $"{item!["uid"]} {item["title"]} {item["tags"]}")),
        JsonObject { } shown when shown["meta"] is { } meta =>
            $"{shown["dashboard"]!["uid"]} {meta["provisioned"]} {meta["provisionedExternalId"]} {meta["url"]}",
        _ => $"{body["status"]} {body["uid"]} {body["version"]} {body["message"]}",
    };

    private static string PathOf(JsonNode exchange) => (string)exchange["request"]!["path"]!;

    private static IEnumerable<string> Fields(JsonNode body) => body switch
    {
        JsonArray list => list.SelectMany(item => Fields(item!)),
        JsonObject fields => fields.Select(field => field.Key).Order(StringComparer.Ordinal),
        _ => [],
    };

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string path,
        bool isSignedIn,
        string method = "GET",
        string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = isSignedIn
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:admin")))
            : null;
        return await client.SendAsync(request, Token);
    }

    private static Task AnswerQueryAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""{"status":"success","data":{"resultType":"vector","result":[]}}""", context.RequestAborted);
    }
}
