using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Records the state and the last error of a port-forward, which works on after its command has ended.</summary>
internal sealed class ForwardLog(PortForwardMeter meter) : IActivitySink
{
    /// <summary>The counters of the port-forward.</summary>
    public PortForwardMeter Meter => meter;

    /// <summary>Records that no pod, or not the API server, can be reached.</summary>
    public void ReportUnreachable(string message)
    {
        meter.Failed(message);
        meter.BeginReconnecting();
    }

    /// <summary>Records that a pod can be reached.</summary>
    /// <param name="isOtherPod">Whether it is another pod than before.</param>
    public void ReportConnected(bool isOtherPod)
    {
        if (isOtherPod || meter.State == PortForwardState.Reconnecting)
        {
            meter.Reconnected();
        }
    }

    /// <summary>Records that one connection failed; other connections are not affected.</summary>
    public void ReportConnectionFailure(string message) => meter.Failed(message);

    /// <inheritdoc />
    public void Verbose(string message)
    {
    }

    /// <inheritdoc />
    public void Warning(string message) => meter.Failed(message);

    /// <inheritdoc />
    public void Progress(string activity, string status, int percent)
    {
    }
}
