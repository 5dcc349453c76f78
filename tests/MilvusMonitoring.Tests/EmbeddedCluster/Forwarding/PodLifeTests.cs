using System.Net.WebSockets;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>Pods that come and go, and what is connected to them.</summary>
public sealed class PodLifeTests : ForwardTest
{
    protected override ClusterOptions Options =>
        new() { PodStopDelay = TimeSpan.FromMilliseconds(300), PodRemovalDelay = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_pod_ends_its_streams_with_a_plain_close(bool inMidTransfer)
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(inMidTransfer ? PodServer.Flooding(_ => { }) : PodServer.Echo());
        using var client = await OpenAsync(pod, Port);

        Cluster.Remove("v1", "Pod", "default", pod);
        var channels = await client.ReadToEndAsync(Token);

        Assert.Equal(inMidTransfer ? [0] : [], channels.Keys);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task A_pod_that_is_deleted_serves_first_then_is_not_found_on_its_node_then_not_at_all()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        Cluster.Remove("v1", "Pod", "default", pod);

        using (var client = await OpenAsync(pod, Port))
        {
            await client.SendAsync(0, "still here"u8, Token);
            Assert.Equal("still here", (await client.ReceiveAsync(Token)).Text);
        }

        await UntilAsync(cluster => Find(pod)?.ToJsonString().Contains("\"terminated\"", StringComparison.Ordinal) ?? true);
        var stopped = await Assert.ThrowsAsync<WebSocketException>(() => ForwardClient.OpenAsync(Cluster, pod, [Port], Token));
        await UntilAsync(cluster => Find(pod) is null);
        var gone = await Assert.ThrowsAsync<WebSocketException>(() => ForwardClient.OpenAsync(Cluster, pod, [Port], Token));
        Assert.Contains("500", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("404", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_goes_at_once_ends_its_streams_too()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port);

        await Client.DeleteAsync($"/api/v1/namespaces/default/pods/{pod}", Token, Sample.Parse("""{"gracePeriodSeconds":0}"""));

        Assert.Null(Find(pod));
        Assert.Empty(await client.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task A_deployments_pod_is_replaced_under_another_name_and_endpoints_follow()
    {
        await Client.PostAsync(
            "/api/v1/namespaces/default/services",
            Sample.Parse("""{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"web"}]}}"""),
            Token);
        var pod = (await RunPodsAsync())[0];
        await UntilAsync(_ => Endpoints().SequenceEqual([$"{pod} ready"]));
        Cluster.Readiness.Set("Deployment", TimeSpan.FromMilliseconds(900), "default", "web");

        Cluster.Remove("v1", "Pod", "default", pod);

        await UntilAsync(_ => Endpoints().Contains($"{pod} terminating serving"));
        await UntilAsync(_ => Endpoints() is [var only] && only.EndsWith('-'));
        var other = Assert.Single(PodNames());
        Assert.NotEqual(pod, other);
        await UntilAsync(_ => Endpoints().SequenceEqual([$"{other} ready"]));
    }

    [Fact]
    public async Task A_stateful_sets_pod_comes_back_under_its_name()
    {
        var set = Sample.Deployment("db");
        set["kind"] = "StatefulSet";
        await Client.PostAsync("/apis/apps/v1/namespaces/default/statefulsets", set, Token);
        await UntilAsync(_ => IsReady("db-0"));
        var before = Find("db-0")!["metadata"]!["uid"]!.ToString();

        Cluster.Remove("v1", "Pod", "default", "db-0");

        await UntilAsync(_ => IsReady("db-0") && Find("db-0")!["metadata"]!["uid"]!.ToString() != before);
    }

    [Fact]
    public async Task Readiness_is_told_by_the_probe_and_a_pod_that_is_not_ready_still_listens()
    {
        await Client.PostAsync(
            "/api/v1/namespaces/default/services",
            Sample.Parse("""{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}"""),
            Token);
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Sending("hello"u8.ToArray()));

        Cluster.SetReady("default", pod, ready: false);

        await UntilAsync(_ => Endpoints().SequenceEqual([$"{pod} -"]));
        using var client = await OpenAsync(pod, Port);
        Assert.Equal("hello", (await client.ReceiveAsync(Token)).Text);
        Cluster.SetReady("default", pod, ready: true);
        await UntilAsync(_ => Endpoints().SequenceEqual([$"{pod} ready"]));
    }

    private JsonObject? Find(string pod) => Cluster.Find("v1", "Pod", "default", pod);

    private bool IsReady(string pod) => Find(pod)?["status"]?["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true;

    /// <summary>What the slice of the service says of its pods.</summary>
    private string[] Endpoints() => [.. Cluster.List("discovery.k8s.io/v1", "EndpointSlice", "default")
        .Where(each => each["metadata"]!["name"]!.ToString().StartsWith("web-", StringComparison.Ordinal))
        .SelectMany(each => (JsonArray)each["endpoints"]!)
        .Select(each => $"{each!["targetRef"]!["name"]} {Describe((JsonObject)each["conditions"]!)}")];

    private static string Describe(JsonObject conditions) =>
        (conditions["ready"]!.GetValue<bool>(), conditions["serving"]!.GetValue<bool>(), conditions["terminating"]!.GetValue<bool>()) switch
        {
            (true, true, false) => "ready",
            (false, true, true) => "terminating serving",
            (false, false, true) => "terminating",
            (false, false, false) => "-",
            _ => conditions.ToJsonString(),
        };
}
