using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Benchmarks;

/// <summary>Shows warnings only.</summary>
internal sealed class SilentSink : IActivitySink
{
    public void Verbose(string message)
    {
    }

    public void Warning(string message) => Console.Error.WriteLine(message);

    public void Progress(string activity, string status, int percent)
    {
    }
}
