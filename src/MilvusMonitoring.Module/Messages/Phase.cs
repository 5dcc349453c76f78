using System.Diagnostics;

namespace MilvusMonitoring.Messages;

/// <summary>
/// One phase of a longer work, timed: a line for <c>-Verbose</c> at its end, and an activity for whoever listens to the source, as the
/// benchmarks do.
/// </summary>
internal sealed class Phase : IDisposable
{
    private static readonly ActivitySource Source = new("MilvusMonitoring");

    private readonly IActivitySink _sink;
    private readonly string _name;
    private readonly Activity? _activity;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private Phase(IActivitySink sink, string name) => (_sink, _name, _activity) = (sink, name, Source.StartActivity(name));

    /// <summary>Starts a phase; it ends when it is disposed of.</summary>
    public static Phase Start(IActivitySink sink, string name) => new(sink, name);

    /// <summary>Starts a phase that ends with the last of some tasks, however each ends.</summary>
    /// <returns>A task that ends with the phase, and never fails.</returns>
    public static async Task SpanAsync(IActivitySink sink, string name, IReadOnlyCollection<Task> tasks)
    {
        if (tasks.Count > 0)
        {
            using var phase = Start(sink, name);
            await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _activity?.Dispose();
        _sink.Verbose($"Phase {_name}: {_clock.Elapsed.TotalSeconds:0.00} s");
    }
}
