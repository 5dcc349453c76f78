using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Nobody listens.</summary>
internal sealed class Silence : IActivitySink
{
    public void Verbose(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void Progress(string activity, string status, int percent)
    {
    }
}
