using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>What is refused before a port-forward begins.</summary>
public sealed class ForwardRequestTests : ForwardTest
{
    protected override ClusterOptions Options => new() { Rbac = true };

    [Fact]
    public async Task An_unknown_subprotocol_gets_403_with_an_empty_body()
    {
        var answer = await AskAsync(ForwardClient.PathOf((await RunPodsAsync())[0], Port), protocol: "nosuch.k8s.io");

        Assert.Equal((403, ""), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("", 400, "query parameter \"port\" is required")]
    [InlineData("ports=0", 400, "port \"0\" must be > 0")]
    [InlineData("ports=web", 400, "parsing \\\"web\\\": invalid syntax")]
    public async Task Ports_that_are_none_get_400(string query, int status, string text)
    {
        var answer = await AskAsync(ForwardClient.PathOf((await RunPodsAsync())[0]) + query);

        Assert.Equal(status, answer.Status);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_is_not_there_gets_404_and_one_that_does_not_run_500()
    {
        Cluster.Readiness.Never("Pod", "default", "waiting");
        Cluster.Put(
            Sample.Parse(
                """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"waiting","namespace":"default"},"spec":{"nodeName":"node-1","containers":[]}}"""
            ));

        var none = await AskAsync(ForwardClient.PathOf("none", Port));
        var waiting = await AskAsync(ForwardClient.PathOf("waiting", Port));

        Assert.Equal(
            (404, "NotFound", "pods \"none\" not found"),
            (none.Status, none.Body["reason"]!.ToString(), none.Body["message"]!.ToString()));
        Assert.Equal((500, "pod not found (\"waiting_default\")"), (waiting.Status, waiting.Text));
    }

    [Fact]
    public async Task A_request_that_is_no_WebSocket_gets_no_forward()
    {
        var path = ForwardClient.PathOf((await RunPodsAsync())[0], Port);

        var plain = await Client.GetAsync(path, Token);
        var spdy = await AskAsync(path, "POST", upgrade: "SPDY/3.1");

        Assert.Equal((400, "Upgrade request required"), (plain.Status, plain.Body["message"]!.ToString()));
        Assert.Equal(
            (501, "the embedded cluster does not do this: port-forwarding over SPDY/3.1"),
            (spdy.Status, spdy.Body["message"]!.ToString()));
    }

    [Fact]
    public async Task From_1_35_on_one_may_not_forward_without_create()
    {
        await AllowAsync("get");
        var pod = (await RunPodsAsync())[0];

        var answer = await AskAsync(ForwardClient.PathOf(pod, Port), user: "jane");
        await AllowAsync("get", "create");
        using var client = await ForwardClient.OpenAsync(Cluster, pod, [Port], Token, token: Cluster.CreateToken("jane"));

        Assert.Equal(
            (
                403,
                $"pods \"{pod}\" is forbidden: User \"jane\" cannot create resource \"pods/portforward\" in API group \"\" in the "
                    + "namespace \"default\""
            ),
            (answer.Status, answer.Body["message"]!.ToString()));
    }

    [Fact]
    public async Task Before_1_35_one_may_forward_who_may_get()
    {
        await using var older = await Cluster.StartAsync(new() { Rbac = true, KubernetesVersion = "v1.34.1" }, Token);
        older.Put(Role("get"));
        older.Put(Binding());
        older.Put(
            Sample.Parse(
                """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default"},"spec":{"nodeName":"node-1","containers":[]}}"""
            ));
        await older.WaitForAsync(cluster => cluster.Find("v1", "Pod", "default", "p")!["status"]?["phase"]?.ToString() == "Running", Token);

        using var client = await ForwardClient.OpenAsync(older, "p", [Port], Token, token: older.CreateToken("jane"));

        Assert.Equal(0, (await client.ReceiveAsync(Token)).Channel);
    }

    private async Task AllowAsync(params string[] verbs)
    {
        Cluster.Put(Role(verbs));
        Cluster.Put(Binding());
        await UntilAsync(cluster => cluster.Find("rbac.authorization.k8s.io/v1", "RoleBinding", "default", "forward") is not null);
    }

    private static System.Text.Json.Nodes.JsonObject Role(params string[] verbs) => Sample.Parse($$$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"forward","namespace":"default"},
         "rules":[{"apiGroups":[""],"resources":["pods/portforward"],"verbs":["{{{string.Join("\",\"", verbs)}}}"]}]}
        """);

    private static System.Text.Json.Nodes.JsonObject Binding() => Sample.Parse("""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"forward","namespace":"default"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"forward"},"subjects":[{"kind":"User","name":"jane"}]}
        """);

    private async Task<Answer> AskAsync(
        string path,
        string method = "GET",
        string upgrade = "websocket",
        string protocol = ForwardClient.Protocol,
        string? user = null)
    {
        using var client = new ClusterClient(Cluster, protocol: HttpVersion.Version11);
        using var request = new HttpRequestMessage(new(method), path) { Version = HttpVersion.Version11 };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd(upgrade);
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.Add("Sec-WebSocket-Protocol", protocol);
        if (user is not null)
        {
            request.Headers.Add("Impersonate-User", user);
        }

        using var response = await client.SendAsync(request, Token);
        return await Answer.ReadAsync(response, Token);
    }
}
