using System.Diagnostics;
using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What Tab offers from the cluster.</summary>
public sealed class ClusterCompleterTests
{
    [Theory]
    [InlineData("Enable-MilvusServiceMonitor", "my-release,search")]
    [InlineData("Disable-MilvusServiceMonitor -Instance", "my-release,search")]
    [InlineData("Get-MilvusInstance s", "search")]
    [InlineData("Get-MilvusInstance -Namespace milvus -Name", "search")]
    [InlineData("Test-MilvusMonitoring", "my-release,search")]
    [InlineData("Get-MilvusServiceMonitor", "my-release-milvus")]
    [InlineData("Get-MilvusInstance -Namespace mil", "milvus")]
    [InlineData("Grant-PrometheusMilvusAccess -Namespace milvus, def", "default")]
    [InlineData("Start-MonitoringPortForward -Namespace milvus -ServiceName", "search-milvus")]
    [InlineData("Grant-PrometheusMilvusAccess -ClusterRole vie", "view")]
    public async Task Names_come_from_the_cluster_that_is_meant(string typed, string expected)
    {
        await using var stage = await Stage.StartAsync();
        await stage.DefineMonitorsAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        new SampleMilvus { Name = "search", Namespace = "milvus" }.PutInto(stage.Cluster);
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();

        Assert.Equal(expected.Split(','), Complete(stage, typed));
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("fails")]
    [InlineData("is gone")]
    [InlineData("asks its plugin for ever")]
    public async Task A_cluster_that_does_not_answer_offers_nothing_and_takes_no_time(string how)
    {
        await using var stage = await Stage.StartAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        var kubeconfig = how switch
        {
            "is gone" => stage.WriteFile("gone", File.ReadAllText(stage.Kubeconfig).Replace($":{stage.Cluster.Server.Port}", ":1", StringComparison.Ordinal)),
            "asks its plugin for ever" => stage.WriteExecKubeconfig("exec sleep 60"),
            _ => stage.Kubeconfig,
        };
        if (how is "hangs" or "fails")
        {
            stage.Cluster.Faults.Add("GET", "/", how == "hangs" ? Fault.Hang : Fault.Answer(HttpStatusCode.InternalServerError), times: null);
        }

        var clock = Stopwatch.StartNew();
        var offered = Complete(stage, "Get-MilvusInstance -Name", kubeconfig);

        Assert.Empty(offered);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.Empty((await stage.Session.InvokeAsync("$Error")).Output);
    }

    private static List<string> Complete(Stage stage, string typed, string? kubeconfig = null)
    {
        var (command, rest) = typed.Split(' ', 2) is [var name, var more] ? (name, more) : (typed, "");
        return [.. stage.Session.Complete($"{command} -Kubeconfig '{kubeconfig ?? stage.Kubeconfig}' {rest}{(rest.Length == 0 || rest.EndsWith("Name", StringComparison.Ordinal) || rest.EndsWith("Instance", StringComparison.Ordinal) ? " " : "")}")
            .Select(completion => completion.CompletionText).Where(text => !text.StartsWith("./", StringComparison.Ordinal) && !text.StartsWith(".\\", StringComparison.Ordinal))];
    }
}
