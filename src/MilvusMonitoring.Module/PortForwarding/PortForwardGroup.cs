using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The port-forwards of one command: those that it started, and those that it found at work.</summary>
internal sealed class PortForwardGroup(PortForwardRegistry registry)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(500);

    // A pod that stays away fails every connection: one warning in this time is enough.
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset _begun = DateTimeOffset.UtcNow;
    private readonly List<MonitoringPortForward> _all = [];
    private readonly List<MonitoringPortForward> _started = [];

    /// <summary>All port-forwards of the session.</summary>
    public PortForwardRegistry Registry => registry;

    /// <summary>Whether a port-forward accepts no more connections.</summary>
    public static bool HasEnded(MonitoringPortForward forward) => forward.State is PortForwardState.Stopped or PortForwardState.Failed;

    /// <summary>Adds a port-forward.</summary>
    /// <param name="forward">The port-forward.</param>
    /// <param name="isNew">Whether this command started the port-forward.</param>
    public void Add(MonitoringPortForward forward, bool isNew)
    {
        _all.Add(forward);
        if (isNew)
        {
            _started.Add(forward);
        }
    }

    /// <summary>Reports traffic and errors until all port-forwards have ended, then stops those that this command started.</summary>
    public async Task WaitAsync(IActivitySink sink, CancellationToken cancellationToken)
    {
        try
        {
            await ReportAsync(sink, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops the port-forwards that this command started.</summary>
    public Task StopAsync() => Task.WhenAll(_started.Select(registry.StopAsync));

    private async Task ReportAsync(IActivitySink sink, CancellationToken cancellationToken)
    {
        var warnedAt = new Dictionary<int, DateTimeOffset>();
        while (!_all.TrueForAll(HasEnded))
        {
            foreach (var forward in _all)
            {
                if (forward.LastErrorAt is { } at && at >= _begun && at - warnedAt.GetValueOrDefault(forward.Id) > WarningInterval)
                {
                    warnedAt[forward.Id] = at;
                    sink.Warning($"{forward}: {forward.LastError}");
                }
            }

            sink.Progress("Forwarding; Ctrl+C ends it", string.Join(" | ", _all.Select(Describe)), -1);
            await Task.Delay(RefreshInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A port-forward for a line of progress: <c>grafana :3000 Connected, 2 open, 1.4 MiB</c>.</summary>
    private static string Describe(MonitoringPortForward forward)
    {
        var bytes = DisplayText.Size(forward.BytesReceived + forward.BytesSent);
        return $"{forward.Service} :{forward.LocalPort} {forward.State}, {forward.OpenConnections} open, {bytes}";
    }
}
