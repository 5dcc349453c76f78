using System.Management.Automation;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The progress that a command shows ends with the command, however it ends.</summary>
public sealed class ProgressTests
{
    [Theory]
    [InlineData("")]
    [InlineData("| Select-Object -First 1")]
    [InlineData("| ForEach-Object { throw 'enough' }")]
    public async Task It_ends_with_the_command_and_with_what_ends_the_pipeline(string more)
    {
        await using var stage = await Stage.StartAsync();
        var installed = await stage.InstallAsync($"-Wait -Timeout 60 {more}");
        Assert.True(more.Length > 0 || installed.Progress.Count > 1);
        AssertEnded(installed);
        new SampleMilvus().PutInto(stage.Cluster);
        AssertEnded(await stage.RunAsync($"Test-MilvusMonitoring -Kubeconfig $c {more}"));
        AssertEnded(await stage.RunAsync($"Start-MonitoringPortForward -LocalPort 0 -Kubeconfig $c {more}"));
        (await stage.RunAsync("Stop-MonitoringPortForward -All")).EnsureNoError();
        AssertEnded(await stage.UninstallAsync(more));
    }

    [Fact]
    public async Task It_ends_with_an_error()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "/deployments/", Fault.BareStatus(System.Net.HttpStatusCode.Forbidden), times: null);
        AssertEnded(await stage.InstallAsync("-ErrorAction Stop"));
    }

    [Theory]
    [InlineData("/deployments/")]
    [InlineData("/configmaps/")]
    public async Task It_ends_with_CtrlC(string hanging)
    {
        await using var stage = await Stage.StartAsync();
        var hang = stage.Cluster.Faults.Add("PATCH", hanging, Fault.Hang, times: null);
        var installing = stage.InstallAsync();
        await Stage.UntilAsync(() => hang.Taken > 0);
        await stage.Session.StopAsync();
        var stopped = await installing;
        Assert.NotEmpty(stopped.Progress);
        AssertEnded(stopped);
    }

    private static void AssertEnded(PowerShellResult result)
    {
        Assert.All(
            result.Progress.GroupBy(record => record.ActivityId),
            records => Assert.Equal(ProgressRecordType.Completed, records.Last().RecordType));
    }
}
