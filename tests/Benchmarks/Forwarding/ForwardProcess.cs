using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>A child that forwards a local port, or serves.</summary>
internal sealed partial class ForwardProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _draining;

    private ForwardProcess(Process process, string line)
    {
        (_process, Line) = (process, line);

        // kubectl writes a line for each connection, and stands still once nobody reads them.
        _draining = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>What it said first.</summary>
    public string Line { get; }

    /// <summary>The port that it said.</summary>
    public int Port => int.Parse(Number().Match(Line).Value, CultureInfo.InvariantCulture);

    /// <summary>The processor time that it has used so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its memory now, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts this program again.</summary>
    public static Task<ForwardProcess> StartAsync(CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(OwnProgram.Start(arguments), cancellationToken);

    /// <summary>Starts <c>kubectl port-forward</c>.</summary>
    public static Task<ForwardProcess> StartKubectlAsync(
        string kubectl,
        string kubeconfig,
        ForwardTarget target,
        CancellationToken cancellationToken) =>
        StartAsync(
            new ProcessStartInfo(
                kubectl,
                [
                    "--kubeconfig",
                    kubeconfig,
                    "--namespace",
                    target.Namespace,
                    "port-forward",
                    $"service/{target.Service}",
                    $":{target.Port}",
                ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(s_longestEnd);
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private static async Task<ForwardProcess> StartAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        if (line is null)
        {
            process.Dispose();
            throw new BenchmarkException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended before it said anything.");
        }

        return new ForwardProcess(process, line);
    }

    // "40123" of our own children, "Forwarding from 127.0.0.1:40123 -> 80" of kubectl.
    [GeneratedRegex(@"(?<=^|127\.0\.0\.1:)\d+")]
    private static partial Regex Number();
}
