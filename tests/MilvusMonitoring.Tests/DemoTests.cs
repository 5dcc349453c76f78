using System.Diagnostics;
using System.Text.RegularExpressions;
using EmbeddedCluster.Monitoring;

namespace MilvusMonitoring.Tests;

/// <summary>The demo as a newcomer runs it.</summary>
/// <param name="demo">One run of it.</param>
public sealed class DemoTests(DemoTests.Demo demo) : IClassFixture<DemoTests.Demo>
{
    [Fact]
    public void Every_command_of_the_script_is_shown_and_succeeds()
    {
        var result = demo.Result;

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains("PS> $stack = Install-KubePrometheus -Path $Path -Wait; $stack", result.Output, StringComparison.Ordinal);
        Assert.Contains("PS> Uninstall-KubePrometheus", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"(\d+): \1 Created", result.Output);
        Assert.Matches(@"(\d+): \1 Unchanged", result.Output);
        Assert.Matches(@"(\d+): \1 Deleted", result.Output);
        Assert.Matches(@"(?m)^Grant-PrometheusMilvusAccess -PrometheusNamespace monitoring ", result.Output);
        Assert.SkipWhen(MonitoredCluster.Missing is not null, "without Prometheus the last links cannot pass: " + MonitoredCluster.Missing);
        Assert.Matches(@"(?m)^Samples +Passed ", result.Output);
        Assert.Matches(@"(?m)^Grafana +Passed ", result.Output);
        Assert.Matches(@"(?m)^Dashboard +Passed ", result.Output);
        Assert.Equal("Access", Assert.Single(Regex.Matches(result.Output, @"(?m)^(\w+) +(Failed|Unknown|Skipped) ")).Groups[1].Value);
    }

    [Fact]
    public void Into_a_file_go_no_colours_and_no_progress()
    {
        Assert.DoesNotContain('\u001b', demo.Result.Output);
        Assert.DoesNotContain('\r', demo.Result.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_failing_command_is_shown_and_fails_the_demo()
    {
        using var empty = new TemporaryFolder();
        var result = await RunAsync("--path", empty.Path, "--patience", "1s");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Install-KubePrometheus: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("of the commands above failed", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--colour")]
    [InlineData("--path")]
    [InlineData("--module")]
    [InlineData("--path", "no/such/folder")]
    [InlineData("--kubeconfig", "no/such/file")]
    [InlineData("--context", "any")]
    [InlineData("--yes")]
    public async Task An_option_that_cannot_be_meant_is_refused(params string[] options)
    {
        var result = await RunAsync(options);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--serve", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_keeps_a_cluster_up_until_it_is_told_to_end()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltTree.Program("Demo"), "--serve"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        try
        {
            var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var kubeconfig = first!["kubeconfig: ".Length..];
            await using var session = await PowerShellSession.StartAsync();
            var result = await session.InvokeAsync("param($kubeconfig) Get-KubePrometheus -Kubeconfig $kubeconfig", new { kubeconfig });
            result.EnsureNoError();

            await Programs.TerminateAsync(process, TimeSpan.FromSeconds(10));
            Assert.Equal(0, process.ExitCode);
            Assert.False(File.Exists(kubeconfig));
        }
        finally
        {
            await Programs.TerminateAsync(process, TimeSpan.Zero);
        }
    }

    private static Task<ChildResult> RunAsync(params string[] options) =>
        ChildProcess.RunAsync("dotnet", [BuiltTree.Program("Demo"), .. options], Limits.Program);

    /// <summary>The demo with no options, run once for all tests that read what it says.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        internal ChildResult Result { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Result = await RunAsync();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
