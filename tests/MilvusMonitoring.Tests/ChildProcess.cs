using System.Diagnostics;

namespace MilvusMonitoring.Tests;

/// <summary>What a child process said and how it ended.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Errors);

/// <summary>Runs a program to its end, within a bound.</summary>
internal static class ChildProcess
{
    public static async Task<ChildResult> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan limit, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(limit);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bound.Token);
            var errors = process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            return new ChildResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{program} was still running after {limit.TotalSeconds} s.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs a script in a process that holds only the PowerShell engine.</summary>
    /// <returns>The lines it put out; it fails the test if there was any error.</returns>
    public static async Task<string[]> RunBareAsync(string script)
    {
        var result = await RunBareRawAsync(script);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        return Lines(result.Output);
    }

    /// <summary>Runs a script in a process that holds only the PowerShell engine, errors expected.</summary>
    public static Task<ChildResult> RunBareRawAsync(string script) =>
        RunAsync("dotnet", [BuiltTree.Program("BareHost"), script], Limits.Wait);

    public static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
