using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MilvusMonitoring.IO;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>Runs helm. A cancelled helm gets time to end cleanly, because a helm that is killed leaves its release pending.</summary>
internal static class HelmProcess
{
    private const int ErrorLinesKept = 200;

    /// <summary>
    /// How long helm may take to end after Ctrl+C. Helm notices the signal once it has written its new revision, and needs some dozens of
    /// requests to the API server until then.
    /// </summary>
    public static TimeSpan EndLimit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs helm to its end.</summary>
    /// <param name="programs">How helm is ended.</param>
    /// <param name="input">The standard input; null for none.</param>
    /// <param name="endLimit">How long helm may take to end after the cancellation, before it is killed.</param>
    /// <exception cref="Win32Exception">Helm cannot be started.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled, and helm has ended.</exception>
    public static async Task<HelmResult> RunAsync(
        ProcessStartInfo start,
        SystemPrograms programs,
        string? input,
        TimeSpan endLimit,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        start.StandardInputEncoding = start.StandardOutputEncoding = start.StandardErrorEncoding = new UTF8Encoding(false);
        using var helm = ChildProcess.Start(start, programs);

        // The cancellation does not end the reading: helm would block on a full pipe instead of ending.
        var running = helm.RunAsync(input, Bounds.HelmOutput.Limit, dropsMore: true, CancellationToken.None);
        running.ObserveError();
        await WaitAsync(helm, running, endLimit, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var (exitCode, output) = await running.ConfigureAwait(false);
        return new HelmResult(exitCode, output, [.. helm.ErrorLines.TakeLast(ErrorLinesKept)]);
    }

    private static async Task WaitAsync(ChildProcess helm, Task running, TimeSpan endLimit, CancellationToken cancellationToken)
    {
        try
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && endLimit > TimeSpan.Zero)
        {
            // Helm handles SIGTERM as it handles Ctrl+C: it stops, and records the release as failed instead of leaving it pending.
            helm.Terminate();
            await ((Task)Task.WhenAny(running, Task.Delay(endLimit, CancellationToken.None))).ConfigureAwait(false);
        }
    }
}
