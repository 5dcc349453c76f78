using MilvusMonitoring.IO;

namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// Selects the pod that connections go to, as kubectl does for a Service: a ready pod, and the same pod as long as it is ready.
/// Selects another pod when the pod is gone or cannot be reached.
/// </summary>
internal sealed class PodSelection(PodDialer dialer, ServiceTarget target, ForwardLog log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private IReadOnlyList<PodAddress> _ready = [];
    private PodAddress? _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes over which pods are ready.</summary>
    public void Update(ServiceEndpoints endpoints)
    {
        lock (_gate)
        {
            _ready = endpoints.Ready;
            var before = _current;
            Select(avoid: null);
            if (_current is null)
            {
                var count = endpoints.NotReady > 0 ? $" ({endpoints.NotReady} not ready)" : string.Empty;
                log.ReportUnreachable($"No pod of {target} is ready{count}; connections wait until a pod is ready.");
            }
            else if (before != _current)
            {
                log.ReportConnected(isOtherPod: before is not null);
            }

            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public bool IsReady(PodAddress pod)
    {
        lock (_gate)
        {
            return _ready.Contains(pod);
        }
    }

    /// <summary>Waits until any pod is ready.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
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

    /// <summary>Opens a connection to a ready pod; retries, with other pods too, until it is cancelled.</summary>
    /// <exception cref="MonitoringException">A retry cannot help, for example because a permission is missing.</exception>
    public async Task<PodConnection> OpenAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Backoff.Next(pause, LongestPause))
        {
            await WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            if (await TryOpenAsync(cancellationToken).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection with one try; null if the try failed and a later try may succeed.</summary>
    /// <exception cref="MonitoringException">A retry cannot help.</exception>
    public async Task<PodConnection?> TryOpenAsync(CancellationToken cancellationToken)
    {
        if (_current is not { } pod)
        {
            return null;
        }

        try
        {
            var connection = await dialer.ConnectAsync(pod, cancellationToken).ConfigureAwait(false);
            log.ReportConnected(isOtherPod: false);
            return connection;
        }
        catch (MonitoringException exception)
        {
            log.ReportUnreachable(exception.Message);
            lock (_gate)
            {
                if (_current == pod && exception.ErrorId is not (ErrorId.ClusterUnreachable or ErrorId.TimedOut))
                {
                    Select(avoid: pod);
                }
            }

            if (!CanRetryHelp(exception))
            {
                throw;
            }

            return null;
        }
    }

    private static bool CanRetryHelp(MonitoringException exception) =>
        exception.ErrorId
            is not (ErrorId.PermissionDenied
                or ErrorId.NotAuthenticated
                or ErrorId.CertificateNotTrusted
                or ErrorId.CredentialPluginFailed);

    private void Select(PodAddress? avoid)
    {
        if (_current is null || _current == avoid || !_ready.Contains(_current))
        {
            _current = _ready.FirstOrDefault(pod => pod != avoid) ?? (_ready.Count > 0 ? _ready[0] : null);
        }

        log.Meter.Pod = _current?.Pod;
    }
}
