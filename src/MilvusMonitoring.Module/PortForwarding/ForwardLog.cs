using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Keeps what happens to a port-forward while no command is there to show it.</summary>
internal sealed class ForwardLog(PortForwardMeter meter) : IActivitySink
{
    /// <summary>Pods, or the API server, are out of reach.</summary>
    public void Trouble(string message)
    {
        meter.Failed(message);
        meter.BeginReconnecting();
    }

    /// <summary>A pod is reached.</summary>
    /// <param name="isAnew">Whether it is another one than before.</param>
    public void Well(bool isAnew)
    {
        if (isAnew || meter.State == PortForwardState.Reconnecting)
        {
            meter.Reconnected();
        }
    }

    /// <summary>One connection came to nothing; others are not concerned.</summary>
    public void ConnectionFailed(string message) => meter.Failed(message);

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
