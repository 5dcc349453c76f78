using EmbeddedCluster.Monitoring;

namespace MilvusMonitoring.Tests;

/// <summary>
/// .NET 8, on which PowerShell 7.4 runs. No registry has that engine, so that what needs none is held there: commands as the campaigns run
/// them.
/// Sockets, TLS and HTTP differ more between runtimes than engines do.
/// </summary>
/// <param name="runtime">The campaigns, built for it.</param>
public sealed class OldestRuntimeTests(OldestRuntime runtime) : IClassFixture<OldestRuntime>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("install", "--case", "install/reset before/once/1")]
    [InlineData("uninstall", "--case", "uninstall/reset before/once/1")]
    [InlineData("grant", "--case", "grant/reset before/once/1")]
    [InlineData("enable", "--case", "enable/reset before/once/1")]
    [InlineData("forward", "--short")]
    [InlineData("test", "--short")]
    public Task A_disturbed_command_is_finished_on_it(string command, params string[] options)
    {
        Assert.SkipWhen(command == "test" && MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? "");
        return AssertHoldsAsync(["--only", "faults", "--name", command, .. options]);
    }

    [Fact]
    public Task What_reads_what_others_wrote_takes_anything_on_it() => AssertHoldsAsync("--only", "fuzz", "--short");

    private async Task AssertHoldsAsync(params string[] options)
    {
        Assert.SkipWhen(runtime.Missing is not null, runtime.Missing ?? "");
        var result = await ChildProcess.RunAsync(runtime.Campaigns, options, Limit);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }
}
