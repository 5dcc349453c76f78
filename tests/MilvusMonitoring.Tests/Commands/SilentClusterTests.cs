using System.Diagnostics;
using System.Net;
using EmbeddedCluster;
using MilvusMonitoring.Commands.Completion;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Tab, where the cluster has no answer.</summary>
public sealed class SilentClusterTests
{
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
            "is gone" => stage.WriteFile(
                "gone",
                File.ReadAllText(stage.Kubeconfig).Replace($":{stage.Cluster.Server.Port}", ":1", StringComparison.Ordinal)),
            "asks its plugin for ever" => stage.WriteExecKubeconfig("exec sleep 60"),
            _ => stage.Kubeconfig,
        };
        if (how is "hangs" or "fails")
        {
            stage.Cluster.Faults.Add(
                "GET",
                "/",
                how == "hangs" ? Fault.Hang : Fault.Answer(HttpStatusCode.InternalServerError),
                times: null);
        }

        var clock = Stopwatch.StartNew();
        var offered = stage.Complete($"Get-MilvusInstance -Kubeconfig '{kubeconfig}' -Name ");

        Assert.Empty(offered);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Empty((await stage.Session.InvokeAsync("$Error")).Output);
    }

    /// <remarks>The limit that the test above runs into; a busy machine would make its own time no measure.</remarks>
    [Fact]
    public void Tab_waits_less_than_two_seconds() =>
        Assert.InRange(ClusterCompleter.Limit, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
}
