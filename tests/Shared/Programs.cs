using System.Diagnostics;
using System.Globalization;

namespace MilvusMonitoring.Testing;

/// <summary>Finds programs, and ends those that were started.</summary>
internal static class Programs
{
    /// <summary>Whether a program of that name can be started.</summary>
    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder =>
            File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)));

    /// <summary>Asks a program to end (SIGTERM) and waits until it has; kills it only after the bound.</summary>
    public static async Task TerminateAsync(Process process, TimeSpan limit)
    {
        if (process.HasExited)
        {
            return;
        }

        // .NET can only kill.
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using var bound = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
