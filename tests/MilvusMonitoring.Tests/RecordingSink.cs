using System.Collections.Concurrent;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Tests;

/// <summary>Keeps what a capability says, for a test to look at.</summary>
internal sealed class RecordingSink : IActivitySink
{
    private readonly ConcurrentQueue<string> _verbose = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly ConcurrentQueue<string> _progress = new();

    public IReadOnlyCollection<string> VerboseLines => _verbose;

    public IReadOnlyCollection<string> Warnings => _warnings;

    /// <summary>The statuses of progress.</summary>
    public IReadOnlyCollection<string> ProgressStatuses => _progress;

    public void Verbose(string message) => _verbose.Enqueue(message);

    public void Warning(string message) => _warnings.Enqueue(message);

    public void Progress(string activity, string status, int percent) => _progress.Enqueue(status);
}
