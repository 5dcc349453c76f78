using System.Diagnostics;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>A program that has run to its end.</summary>
/// <param name="Elapsed">From before its start until after its end.</param>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors, TimeSpan Elapsed)
{
    /// <summary>Runs a program, and kills it if it is not waited for any longer.</summary>
    public static async Task<ProgramRun> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var elapsed = clock.Elapsed;
            return new ProgramRun(process.ExitCode, await output, await errors, elapsed);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
