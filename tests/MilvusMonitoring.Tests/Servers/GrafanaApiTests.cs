using System.Net;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Tests.Servers;

/// <summary>Every Grafana that a release of kube-prometheus brings is asked in a way that it has.</summary>
public sealed class GrafanaApiTests
{
    private const string Answer =
        """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795971741.911,"1"]}]}}""";

    private static readonly ServerLogin Admin = Login("admin");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7.3.4")]
    [InlineData("7.5.5")]
    [InlineData("8.5.5")]
    [InlineData("9.5.3")]
    [InlineData("12.4.0")]
    [InlineData("13.0.2")]
    public async Task A_data_source_answers_by_the_way_that_its_version_has(string version)
    {
        await using var stage = await StageAsync(Version.Parse(version));
        foreach (var hidden in (bool[])[false, true])
        {
            stage.Grafana.HidesVersion = hidden;
            var answer = await stage.AskAsync(Admin);
            Assert.Same(Admin, answer.Login);
            Assert.Equal(new GrafanaAnswer(hidden ? null : version, true, "prometheus"), answer with { Login = null, IsSignedIn = false, Dashboards = null });
        }
    }

    [Theory]
    [InlineData("7.5.5", "grafana answers 502 Bad Gateway")]
    [InlineData("13.0.2", "grafana answers 502 Bad Gateway")]
    public async Task Of_a_data_source_without_Prometheus_the_first_way_tells_what_is_wrong(string version, string why)
    {
        await using var stage = await StageAsync(Version.Parse(version));
        stage.Grafana.HasPrometheus = false;
        Assert.Equal(why, (await stage.AskAsync(Admin)).DataSourceError);
    }

    [Theory]
    [InlineData("""{"message":"Unable to load datasource meta data"}""", 500, "Grafana says 'Unable to load datasource meta data'")]
    [InlineData("""{"message":"Not found","messageId":"not-found","statusCode":404}""", 404, "Grafana says 'Not found'")]
    [InlineData("""{"status":"error","error":"bad query"}""", 400, "the data source 'p' answers: bad query")]
    [InlineData("""{"some":"thing"}""", 200, "what answers at the data source 'p' is not Prometheus")]
    public async Task A_route_that_Grafana_has_not_is_its_own_word_and_says_nothing_of_what_stands_behind(
        string body,
        int status,
        string why)
    {
        await using var server = await LoopbackServer.StartAsync(
            context => WriteAsync(context, context.Request.Path.Value switch
            {
                "/api/health" => (200, """{"database":"ok","version":"12.0.0"}"""),
                "/api/datasources" => (200, """[{"id":3,"uid":"u","name":"p","type":"prometheus"}]"""),
                _ => (status, body),
            }),
            Token);
        using var http = ServiceHttp.CreateForAddress(server.Address, null);
        var api = new GrafanaApi(new JsonApi(http, "grafana", ServerAccess.Grafana));
        Assert.Equal(why, (await api.GetStateAsync([Admin], Token)).DataSourceError);
    }

    private static ServerLogin Login(string password) => ServerLogin.FromCredential(new NetworkCredential("admin", password));

    private static async Task<ApiStage> StageAsync(Version version)
    {
        var prometheus = await LoopbackServer.StartAsync(
            context => WriteAsync(context, context.Request.Path == "/api/v1/query" ? (200, Answer) : (404, "{}")),
            Token);
        var grafana = await GrafanaStandIn.StartAsync(prometheus.Address, Token);
        grafana.Version = version;
        return new ApiStage(prometheus, grafana);
    }

    private static Task WriteAsync(HttpContext context, (int Status, string Body) answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    private sealed class ApiStage(LoopbackServer prometheus, GrafanaStandIn grafana) : IAsyncDisposable
    {
        public GrafanaStandIn Grafana => grafana;

        public async Task<GrafanaAnswer> AskAsync(params ServerLogin?[] credentials)
        {
            using var http = ServiceHttp.CreateForAddress(grafana.Address, null);
            return await new GrafanaApi(new JsonApi(http, "grafana", ServerAccess.Grafana)).GetStateAsync(credentials, Token);
        }

        public async ValueTask DisposeAsync()
        {
            await grafana.DisposeAsync();
            await prometheus.DisposeAsync();
        }
    }
}
