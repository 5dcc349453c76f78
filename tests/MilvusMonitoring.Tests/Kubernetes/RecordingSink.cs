using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>Keeps what is said, for a test to look at.</summary>
internal sealed class RecordingSink : IActivitySink
{
    private readonly ConcurrentQueue<string> _verbose = new();
    private readonly ConcurrentQueue<string> _warnings = new();

    public IReadOnlyCollection<string> VerboseLines => _verbose;

    public IReadOnlyCollection<string> Warnings => _warnings;

    public void Verbose(string message) => _verbose.Enqueue(message);

    public void Warning(string message) => _warnings.Enqueue(message);

    public void Progress(string activity, string status, int percent)
    {
    }
}
