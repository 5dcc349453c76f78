using System.Diagnostics;

namespace MilvusMonitoring.Messages;

/// <summary>
/// Measures one phase of an operation. The end of the phase writes a verbose line. Listeners of the activity source, such as the
/// benchmarks, see an activity.
/// </summary>
internal sealed class Phase : IDisposable
{
    private static readonly ActivitySource Source = new("MilvusMonitoring");

    private readonly IActivitySink _sink;
    private readonly string _name;
    private readonly Activity? _activity;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private Phase(IActivitySink sink, string name) => (_sink, _name, _activity) = (sink, name, Source.StartActivity(name));

    /// <summary>Starts a phase, which ends when it is disposed of.</summary>
    public static Phase Start(IActivitySink sink, string name) => new(sink, name);

    /// <summary>Starts a phase that ends with the last of some tasks, whether they succeed or fail.</summary>
    /// <returns>A task that ends with the phase and never fails.</returns>
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
