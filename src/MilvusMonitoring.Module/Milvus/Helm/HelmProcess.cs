using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// One run of helm: without a shell, with nothing to read but what it is given, and never cut off in the middle of its work.
/// </summary>
internal static class HelmProcess
{
    private const int OutputLimit = 64 << 20;
    private const int ErrorLinesKept = 200;
    private const int Terminate = 15;

    /// <summary>
    /// How long helm may take to end after Ctrl+C. It notices no sooner than it has written its new revision, and needs some dozens of
    /// requests to the API server until then.
    /// </summary>
    public static TimeSpan EndLimit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs helm to its end.</summary>
    /// <param name="start">The program, its arguments and variables.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="endLimit">How long it may take to end when it is cancelled; after that it is killed.</param>
    /// <param name="cancellationToken">Has it end.</param>
    /// <returns>Its exit code and what it said.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and has ended.</exception>
    public static async Task<HelmResult> RunAsync(
        ProcessStartInfo start,
        string? input,
        TimeSpan endLimit,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.StandardInputEncoding = start.StandardOutputEncoding = start.StandardErrorEncoding = new UTF8Encoding(false);
        using var process = Process.Start(start)!;
        try
        {
            // What helm says is read to the end even when it is cancelled, or it would block on a full pipe instead of ending.
            var running = RunAsync(process, input);
            await EndAsync(process, running, endLimit, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return await running.ConfigureAwait(false);
        }
        finally
        {
            Kill(process);
        }
    }

    private static async Task<HelmResult> RunAsync(Process process, string? input)
    {
        var output = ReadOutputAsync(process.StandardOutput.BaseStream);
        var errors = ReadErrorsAsync(process.StandardError);
        await WriteInputAsync(process.StandardInput, input).ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return new HelmResult(process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
    }

    private static async Task EndAsync(Process process, Task running, TimeSpan endLimit, CancellationToken cancellationToken)
    {
        try
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && endLimit > TimeSpan.Zero)
        {
            AskToEnd(process);
            await ((Task)Task.WhenAny(running, Task.Delay(endLimit, CancellationToken.None))).ConfigureAwait(false);
        }
    }

    private static async Task WriteInputAsync(StreamWriter writer, string? input)
    {
        try
        {
            await using (writer.ConfigureAwait(false))
            {
                await writer.WriteAsync(input).ConfigureAwait(false);
            }
        }
        catch (IOException exception)
        {
            // It has ended without reading, and says why by itself.
            Debug.WriteLine(exception);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadOutputAsync(Stream stream)
    {
        var output = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false)) > 0)
        {
            if (output.Length < OutputLimit)
            {
                output.Write(buffer, 0, read);
            }
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private static async Task<IReadOnlyList<string>> ReadErrorsAsync(StreamReader reader)
    {
        var lines = new Queue<string>();
        while (await reader.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            lines.Enqueue(line);
            if (lines.Count > ErrorLinesKept)
            {
                lines.Dequeue();
            }
        }

        return [.. lines];
    }

    /// <summary>
    /// SIGTERM, which helm takes as it takes Ctrl+C: it stops, and writes the release down as failed instead of leaving it pending. Unlike
    /// SIGINT it also reaches a helm that was started from a shell's background.
    /// Windows has no such signal for a program without a window: there Ctrl+C reaches helm through the console that it shares, and
    /// elsewhere it goes on to its end.
    /// </summary>
    private static void AskToEnd(Process process)
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited)
        {
            _ = SendSignal(process.Id, Terminate);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It has ended by itself, as it should.
            Debug.WriteLine(exception);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
