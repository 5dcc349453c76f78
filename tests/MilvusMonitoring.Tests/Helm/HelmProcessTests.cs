using System.Diagnostics;
using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Tests.Helm;

public sealed class HelmProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string[], string> LastErrors => new()
    {
        { ["WARNING: a", "Error: UPGRADE FAILED: first", "second."], "first second" },
        { ["level=WARN msg=x", "Error: plain;"], "plain" },
        { ["only this", " "], "only this" },
        { [], "it says nothing" },
    };

    [Theory]
    [MemberData(nameof(LastErrors))]
    public void The_last_error_of_helm_is_one_line_without_its_prefixes(string[] lines, string expected) =>
        Assert.Equal(expected, new HelmResult(1, default, lines).LastError);

    [Fact]
    public async Task More_output_than_a_pipe_holds_on_both_sides_is_read_and_the_last_lines_are_kept()
    {
        var result = await RunAsync(
            "cat; i=0; while [ $i -lt 3000 ]; do echo \"error line $i of many that fill the pipe\" >&2; i=$((i+1)); done; exit 5",
            new string('x', 200_000),
            TimeSpan.Zero,
            CancellationToken.None);
        Assert.Equal((5, 200_000), (result.ExitCode, result.Output.Length));
        Assert.Equal("error line 2999 of many that fill the pipe", result.ErrorLines[^1]);
    }

    [Fact]
    public async Task A_helm_that_does_not_end_is_killed_after_its_time_with_what_it_has_started()
    {
        var ready = _folder.PathOf("ready");
        using var stop = new CancellationTokenSource();
        var running = RunAsync(
            $"trap '' TERM INT; sleep 600 & echo $! > {ready}.new; mv {ready}.new {ready}; while :; do sleep 1; done",
            null,
            TimeSpan.FromMilliseconds(300),
            stop.Token);
        await Commands.Stage.UntilAsync(() => File.Exists(ready));
        var child = int.Parse(
            await File.ReadAllTextAsync(ready, TestContext.Current.CancellationToken),
            System.Globalization.CultureInfo.InvariantCulture);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Commands.Stage.UntilAsync(() => !Process.GetProcesses().Any(process => process.Id == child));
    }

    [Fact]
    public async Task A_helm_that_ends_when_asked_to_is_waited_for()
    {
        var (ready, ended) = (_folder.PathOf("ready"), _folder.PathOf("ended"));
        using var stop = new CancellationTokenSource();
        var running = RunAsync(
            $"trap 'sleep 1; touch {ended}; exit 1' TERM; touch {ready}; while :; do sleep 0.1; done",
            null,
            Limits.Wait,
            stop.Token);
        await Commands.Stage.UntilAsync(() => File.Exists(ready));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(File.Exists(ended));
    }

    public void Dispose() => _folder.Dispose();

    private Task<HelmResult> RunAsync(string script, string? input, TimeSpan endLimit, CancellationToken cancellationToken)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        return HelmProcess.RunAsync(new ProcessStartInfo(_folder.WriteScript("helm", script + "\n")), SystemPrograms.Current, input, endLimit, cancellationToken);
    }
}
