using System.Collections.Concurrent;
using System.Diagnostics;

namespace MilvusMonitoring.Benchmarks.Children;

/// <summary>Hears of the phases of the module's work, which the module tells as activities.</summary>
internal sealed class PhaseListener : IDisposable
{
    private readonly DateTime _start = DateTime.UtcNow;
    private readonly ConcurrentQueue<ChildPhase> _phases = new();
    private readonly ActivityListener _listener;

    /// <summary>Starts to listen.</summary>
    public PhaseListener()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MilvusMonitoring",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
                _phases.Enqueue(
                    new ChildPhase(
                        activity.OperationName,
                        (activity.StartTimeUtc - _start).TotalMilliseconds,
                        activity.Duration.TotalMilliseconds)),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The phases that have ended.</summary>
    public IReadOnlyList<ChildPhase> Phases => [.. _phases];

    public void Dispose() => _listener.Dispose();
}
