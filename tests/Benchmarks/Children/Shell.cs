using System.Diagnostics;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>A PowerShell of one's own, one process for each script, as a pipeline step or a runbook starts it.</summary>
internal static class Shell
{
    public const string Variable = "PWSH";

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named
        : Programs.OnPath("pwsh") ? "pwsh"
        : null;

    /// <summary>Runs a script in a new process.</summary>
    /// <returns>How long the process lived, and the lines that it wrote.</returns>
    /// <exception cref="BenchmarkException">The script failed.</exception>
    public static async Task<(TimeSpan Elapsed, IReadOnlyList<string> Lines)> RunAsync(string script, CancellationToken cancellationToken)
    {
        string[] arguments = ["-NoProfile", "-NonInteractive", "-Command", $"$ErrorActionPreference = 'Stop'; {script}"];
        var start = new ProcessStartInfo(Program!, arguments);
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        var run = await ProgramRun.RunAsync(start, cancellationToken);
        return run.ExitCode == 0
            ? (run.Elapsed, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            : throw new BenchmarkException($"{script} failed: {run.Errors}");
    }
}
