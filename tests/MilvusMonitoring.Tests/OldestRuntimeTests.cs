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
    [Fact]
    public async Task A_disturbed_command_is_finished_on_it()
    {
        string[] commands = ["install", "uninstall", "grant", "enable"];

        var cases = commands.SelectMany(each => (string[])["--case", $"{each}/reset before/once/1"]);

        var result = await RunAsync(["--only", "faults", .. cases]);

        Assert.All(commands, each => Assert.Contains($"faults {each}: 1 cases, 0 violations", result.Errors, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("test")]
    public Task A_disturbed_connection_to_a_pod_is_made_good_on_it(string command)
    {
        Assert.SkipWhen(command == "test" && MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? "");
        return RunAsync("--only", "faults", "--name", command, "--short");
    }

    [Fact]
    public Task What_reads_what_others_wrote_takes_anything_on_it() => RunAsync("--only", "fuzz", "--short");

    private async Task<ChildResult> RunAsync(params string[] options)
    {
        Assert.SkipWhen(runtime.Missing is not null, runtime.Missing ?? "");
        var result = await ChildProcess.RunAsync(runtime.Campaigns, options, Limits.Program);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        return result;
    }
}
