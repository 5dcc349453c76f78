using MilvusMonitoring.IO;

namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// Chooses the pod that connections go to, as a Service does for kubectl: one that is ready, and the same one for as long as it is.
/// Turns to another when it is gone or cannot be reached.
/// </summary>
internal sealed class PodSelection(PodDialer dialer, ServiceTarget target, PortForwardMeter meter, ForwardLog log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private IReadOnlyList<PodAddress> _ready = [];
    private PodAddress? _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Is told which pods are ready.</summary>
    public void Update(ServiceEndpoints endpoints)
    {
        lock (_gate)
        {
            _ready = endpoints.Ready;
            var before = _current;
            Choose(avoid: null);
            if (_current is null)
            {
                log.Trouble(
                    $"No pod of {target} is ready{(endpoints.NotReady > 0 ? $" ({endpoints.NotReady} not ready)" : string.Empty)}; connections are held until one is."
                );
            }
            else if (before is null || before != _current)
            {
                log.Well(isAnew: before is not null);
            }

            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Whether a pod is ready.</summary>
    public bool IsReady(PodAddress pod)
    {
        lock (_gate)
        {
            return _ready.Contains(pod);
        }
    }

    /// <summary>Waits until any pod is ready.</summary>
    public async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current is not null)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection to a ready pod, trying again and elsewhere for as long as it may.</summary>
    /// <exception cref="MonitoringException">Another try would end the same, as where a permission lacks.</exception>
    public async Task<PodConnection> OpenAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Backoff.Next(pause, LongestPause))
        {
            await UntilReadyAsync(cancellationToken).ConfigureAwait(false);
            if (await TryOpenAsync(cancellationToken).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection with one try; null where that failed and may do better later.</summary>
    /// <exception cref="MonitoringException">Another try would end the same.</exception>
    public async Task<PodConnection?> TryOpenAsync(CancellationToken cancellationToken)
    {
        if (_current is not { } pod)
        {
            return null;
        }

        try
        {
            var connection = await dialer.ConnectAsync(pod, cancellationToken).ConfigureAwait(false);
            log.Well(isAnew: false);
            return connection;
        }
        catch (MonitoringException exception)
        {
            log.Trouble(exception.Message);
            lock (_gate)
            {
                if (_current == pod && exception.ErrorId is not (ErrorId.ClusterUnreachable or ErrorId.TimedOut))
                {
                    Choose(avoid: pod);
                }
            }

            if (
                exception.ErrorId
                is ErrorId.PermissionDenied
                    or ErrorId.NotAuthenticated
                    or ErrorId.CertificateNotTrusted
                    or ErrorId.CredentialPluginFailed)
            {
                throw;
            }

            return null;
        }
    }

    private void Choose(PodAddress? avoid)
    {
        if (_current is null || _current == avoid || !_ready.Contains(_current))
        {
            _current = _ready.FirstOrDefault(pod => pod != avoid) ?? (_ready.Count > 0 ? _ready[0] : null);
        }

        meter.Pod = _current?.Pod;
    }
}
