using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests;

/// <summary>Keeps what a capability says.</summary>
internal sealed class RecordingSink : IActivitySink
{
    /// <summary>Verbose lines and warnings.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The statuses of progress.</summary>
    public ConcurrentQueue<string> Progresses { get; } = new();

    public void Verbose(string message) => Lines.Enqueue(message);

    public void Warning(string message) => Lines.Enqueue(message);

    public void Progress(string activity, string status, int percent) => Progresses.Enqueue(status);
}
