using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>This program again as a child: a PowerShell engine in a process of its own, with the built module imported.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    /// <summary>
    /// How many bytes a process allocates before the runtime first collects garbage. By itself the runtime takes five eighths of the
    /// processor's largest cache: the same work needs 50 MB more where that cache has 260 MB.
    /// </summary>
    public const int FirstCollection = 20 << 20;

    private readonly Process _process;
    private readonly Stopwatch _clock;

    private EngineProcess(Process process, Stopwatch clock) => (_process, _clock) = (process, clock);

    /// <summary>How long the import took.</summary>
    public TimeSpan Import { get; private set; }

    /// <summary>Starts a process and imports the module.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="warmUp">A module to import and use before, so that the engine is warm; null for none.</param>
    public static async Task<EngineProcess> StartAsync(CancellationToken cancellationToken, string? warmUp = null)
    {
        var clock = Stopwatch.StartNew();
        var start = OwnProgram.Start("--child");
        start.Environment.TryAdd("DOTNET_GCgen0size", FirstCollection.ToString("X", CultureInfo.InvariantCulture));
        var engine = new EngineProcess(Process.Start(start)!, clock);
        try
        {
            if (warmUp is not null)
            {
                await engine.RunAsync($"Import-Module '{warmUp}'; Test-WarmUp", cancellationToken);
            }

            engine.Import = TimeSpan.FromMilliseconds(
                (await engine.RunAsync($"Import-Module '{BuiltTree.Module}'", cancellationToken)).Milliseconds);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script.</summary>
    /// <exception cref="BenchmarkException">It had errors.</exception>
    public async Task<ChildReply> RunAsync(string script, CancellationToken cancellationToken, bool measuresMemory = false)
    {
        var request = JsonSerializer.Serialize(new ChildRequest(script, measuresMemory), ChildMessages.Default.ChildRequest);
        await _process.StandardInput.WriteLineAsync(request.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new BenchmarkException($"The process ended within: {script}");
        var reply = JsonSerializer.Deserialize(line, ChildMessages.Default.ChildReply)!;
        return reply.Errors.Count == 0 ? reply : throw new BenchmarkException($"{script} failed: {string.Join(' ', reply.Errors)}");
    }

    /// <summary>Lets the process end.</summary>
    /// <returns>How long it lived, from before its start until after its end.</returns>
    public async Task<TimeSpan> EndAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        return _clock.Elapsed;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
