using System.Collections.Concurrent;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Remembers what is under way, each until it ends.</summary>
internal sealed class TaskSet
{
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();

    /// <summary>Remembers a task.</summary>
    public void Add(Task task)
    {
        _tasks.TryAdd(task, 0);
        task.ContinueWith(
            ended => _tasks.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Waits until nothing is under way, however it ends.</summary>
    public async Task UntilEmptyAsync()
    {
        while (!_tasks.IsEmpty)
        {
            await Task.WhenAll(_tasks.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
