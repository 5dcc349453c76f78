using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Counts what is done, and says so: one line of progress, one verbose line an object.</summary>
internal sealed class OperationProgress(IActivitySink sink, string activity, int total)
{
    private int _done;

    /// <summary>Says what is being waited for, without counting.</summary>
    public void Waiting(string what)
    {
        sink.Progress(activity, $"{Volatile.Read(ref _done)} of {total} objects, waiting for {what}", Percent(Volatile.Read(ref _done)));
        sink.Verbose($"Waiting for {what}");
    }

    /// <summary>Says what was done beside the objects that are counted.</summary>
    public void Say(string what) => sink.Verbose(what);

    /// <summary>Starts a phase; it ends when it is disposed of.</summary>
    public Phase Start(string phase) => Phase.Start(sink, phase);

    /// <summary>Starts a phase that ends with the last of some tasks.</summary>
    public Task StartAsync(string phase, IReadOnlyCollection<Task> tasks) => Phase.SpanAsync(sink, phase, tasks);

    /// <summary>Counts one object.</summary>
    public ResourceResult Done(ResourceResult resource)
    {
        var done = Interlocked.Increment(ref _done);
        sink.Progress(activity, $"{done} of {total} objects, {resource.Planned.Id}", Percent(done));
        var why = resource.Error?.Message ?? resource.Message;
        sink.Verbose(
            $"{resource.Action} {resource.Planned.Id} in {resource.Duration.TotalSeconds:0.00} s{(why is null ? string.Empty : ": " + why)}"
        );
        return resource;
    }

    private int Percent(int done) => total == 0 ? 100 : done * 100 / total;
}
