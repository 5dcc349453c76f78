using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Counts the objects that are done, and reports them: one progress record, and one verbose line for each object.</summary>
internal sealed class OperationProgress(IActivitySink sink, string activity, int total)
{
    private int _done;

    /// <summary>Reports a wait.</summary>
    public void Waiting(string what)
    {
        sink.Progress(activity, $"{Volatile.Read(ref _done)} of {total} objects, waiting for {what}", Percent(Volatile.Read(ref _done)));
        sink.Verbose($"Waiting for {what}");
    }

    /// <summary>Reports something that was done beside the counted objects.</summary>
    public void Report(string what) => sink.Verbose(what);

    /// <summary>Starts a phase, which ends when it is disposed.</summary>
    public Phase Start(string phase) => Phase.Start(sink, phase);

    /// <summary>Starts a phase that ends with the last of some tasks.</summary>
    public Task StartAsync(string phase, IReadOnlyCollection<Task> tasks) => Phase.SpanAsync(sink, phase, tasks);

    /// <summary>Counts and reports one object.</summary>
    public ResourceResult Done(ResourceResult result)
    {
        var done = Interlocked.Increment(ref _done);
        sink.Progress(activity, $"{done} of {total} objects, {result.Planned.Id}", Percent(done));
        var reason = result.Error?.Message ?? result.Message;
        var suffix = reason is null ? string.Empty : ": " + reason;
        sink.Verbose($"{result.Action} {result.Planned.Id} in {result.Duration.TotalSeconds:0.00} s{suffix}");
        return result;
    }

    private int Percent(int done) => total == 0 ? 100 : done * 100 / total;
}
