using System.Diagnostics;
using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Ctrl+C while the real helm works: helm comes to its end first, and leaves no release pending.</summary>
public sealed class HelmStopTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(0.7);

    [Theory]
    [InlineData(RealHelm.Newest, "*/servicemonitors*")]
    [InlineData(RealHelm.Newest, "*/secrets*")]
    [InlineData(RealHelm.Three, "*/servicemonitors*")]
    [InlineData(RealHelm.Three, "*/secrets*")]
    public async Task While_the_server_is_slow_to_write(string helm, string path)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        var slow = ((string[])["POST", "PATCH", "PUT"])
            .Select(method => stage.Stage.Cluster.Faults.Add(method, path, Fault.DelayBy(Delay), times: null))
            .ToList();
        var enabling = stage.EnableAsync();
        await Stage.UntilAsync(() => slow.Any(rule => rule.Taken > 0));

        await stage.Stage.Session.StopAsync();

        Assert.True((await enabling).Stopped);
        Assert.DoesNotContain(stage.Statuses(), status => status.StartsWith("pending", StringComparison.Ordinal));
        Assert.DoesNotContain(Process.GetProcessesByName("helm"), process => IsOf(process, stage.Stage.Folder));
    }

    [Fact]
    public async Task Before_helm_has_begun_nothing_is_left_behind()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);

        // Helm notices the signal only after its first question has an answer.
        var slow = stage.Stage.Cluster.Faults.Add(
            "GET",
            "*/version*",
            Fault.Answer(HttpStatusCode.Forbidden) with { Delay = TimeSpan.FromSeconds(2) },
            times: null);
        var enabling = stage.EnableAsync();
        await Stage.UntilAsync(() => slow.Taken > 0);

        await stage.Stage.Session.StopAsync();

        Assert.True((await enabling).Stopped);
        Assert.Equal(["deployed"], stage.Statuses());
    }

    /// <summary>Whether a process was started for the stage; its command line names the stage's kubeconfig.</summary>
    private static bool IsOf(Process process, string folder)
    {
        var commandLine = $"/proc/{process.Id}/cmdline";
        return File.Exists(commandLine) && File.ReadAllText(commandLine).Contains(folder, StringComparison.Ordinal);
    }
}
