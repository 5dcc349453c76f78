using System.Collections.Concurrent;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The tasks under way; a task leaves the set when it ends.</summary>
internal sealed class TaskSet
{
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();

    public void Add(Task task)
    {
        _tasks.TryAdd(task, 0);
        task.ObserveError();
        task.ContinueWith(
            ended => _tasks.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Waits until every task has ended, in whatever way.</summary>
    public async Task WaitUntilEmptyAsync()
    {
        while (!_tasks.IsEmpty)
        {
            await Task.WhenAll(_tasks.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
