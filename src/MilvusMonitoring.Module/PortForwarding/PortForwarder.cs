using System.Net.Sockets;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>One port-forward at work: a listener that outlives the pods behind it.</summary>
internal sealed class PortForwarder : IAsyncDisposable
{
    /// <summary>How long a local connection waits for a pod.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    private readonly ClusterClient _client;
    private readonly ServiceTarget _target;
    private readonly LocalListener _listener;
    private readonly ForwardLog _log;
    private readonly PortForwardMeter _meter;
    private readonly PodSelection _pods;
    private readonly BackendWatch _backends;
    private readonly ConnectionPool _pool;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskSet _relays = new();
    private readonly Lazy<Task> _ended;
    private Task _following = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Prepares the port-forward; nothing runs yet.</summary>
    /// <param name="connection">The cluster; the port-forward disposes it at its end.</param>
    /// <param name="target">The Service and its port.</param>
    /// <param name="listener">Accepts local connections; the port-forward disposes it at its end.</param>
    /// <param name="log">Records state, errors and traffic.</param>
    public PortForwarder(ClusterConnection connection, ServiceTarget target, LocalListener listener, ForwardLog log)
    {
        _ended = new Lazy<Task>(EndAsync);
        _client = new ClusterClient(connection);
        _target = target;
        _listener = listener;
        _log = log;
        _meter = log.Meter;
        _pods = new PodSelection(new PodDialer(_client), target, log);
        _pool = new ConnectionPool(_pods, TimeProvider.System);
        _backends = new BackendWatch(_client, target, endpoints =>
        {
            _pool.KeepOnly(endpoints.Ready);
            _pods.Update(endpoints);
        });
    }

    /// <summary>Finds a ready pod, opens a first connection to the pod, and starts to accept local connections.</summary>
    /// <param name="timeout">How long a pod may take to become ready.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.NotReady"/>, <see cref="ErrorId.ServiceNotForwardable"/> or <see
    /// cref="ErrorId.PermissionDenied"/> among others.</exception>
    public async Task StartAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _backends.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (!_target.HasSelector && _backends.Current is { Ready.Count: 0, NotReady: 0 })
        {
            throw ServicePort.CreateNoPods(_target.ToString());
        }

        _following = _backends.FollowAsync(exception => _log.ReportConnectionFailure(exception.Message), _stop.Token);
        using var deadline = new Deadline(timeout, cancellationToken);
        try
        {
            await _pods.WaitUntilReadyAsync(deadline.Token).ConfigureAwait(false);
            await _pool.OpenFirstAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            throw CreateNotReady(timeout);
        }

        _accepting = _listener.AcceptAsync(Accept);
        SuperviseAsync().ObserveError();
    }

    /// <summary>
    /// The background tasks end only when the port-forward is stopped. If one ends by itself, the port-forward fails: it frees the port and
    /// records the reason.
    /// </summary>
    private async Task SuperviseAsync()
    {
        var ended = await Task.WhenAny(_accepting, _following).ConfigureAwait(false);
        if (!_stop.IsCancellationRequested)
        {
            var fault = ended.Exception?.InnerException is { } exception
                ? $": {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}"
                : string.Empty;
            _meter.Failed($"The port-forward to {_target} has ended by itself{fault}; start it again.");
            _meter.Ended(PortForwardState.Failed);
            Close();
        }
    }

    /// <summary>Frees the port at once and resets open connections; the rest of the work ends in the background.</summary>
    public void Close() => _ended.Value.ObserveError();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _ended.Value.ConfigureAwait(false);

    private async Task EndAsync()
    {
        // Cancel first: SuperviseAsync takes the end of the listener for a failure otherwise.
        var stopping = _stop.CancelAsync();
        _listener.Dispose();
        _meter.Ended(PortForwardState.Stopped);
        await stopping.ConfigureAwait(false);
        await Task.WhenAll(_accepting, _following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _relays.WaitUntilEmptyAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
        _client.Connection.Dispose();
        _stop.Dispose();
    }

    private void Accept(Socket local) => _relays.Add(Task.Run(() => RelayAsync(local)));

    private async Task RelayAsync(Socket local)
    {
        _meter.ConnectionOpened();
        try
        {
            if (await TryGetConnectionAsync().ConfigureAwait(false) is not { } remote)
            {
                local.Reset();
                return;
            }

            await new Relay(local, remote, _meter).RunAsync(() => IsGoneAsync(remote.Pod), _stop.Token).ConfigureAwait(false);
            if (remote.End == PodEnd.Refused)
            {
                _log.ReportConnectionFailure($"A connection to {remote.Pod} failed: {remote.EndText}.");
            }
        }
        finally
        {
            _meter.ConnectionClosed();
        }
    }

    /// <summary>A connection to a pod; null if no pod can be reached in time.</summary>
    private async Task<PodConnection?> TryGetConnectionAsync()
    {
        using var limit = new CancellationTokenSource(LongestHold);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            return await _pool.TakeAsync(either.Token).ConfigureAwait(false);
        }
        catch (MonitoringException)
        {
            // PodSelection has recorded the reason.
            return null;
        }
        catch (OperationCanceledException)
        {
            if (!_stop.IsCancellationRequested)
            {
                _log.ReportConnectionFailure(
                    $"A connection was given up: no pod of {_target} could be reached within {LongestHold.TotalSeconds:0} s.");
            }

            return null;
        }
    }

    /// <summary>Whether a pod that ended a connection is gone or is terminating: its response may be incomplete then.</summary>
    private async Task<bool> IsGoneAsync(PodAddress pod)
    {
        try
        {
            var found = await _client
                .FindMetadataAsync(ResourceType.Pod, ResourceType.Pod.IdOf(pod.Namespace, pod.Pod), _stop.Token).ConfigureAwait(false);
            return found is null || found.DeletionTimestamp is not null || (pod.Uid is not null && found.Uid != pod.Uid);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return !_pods.IsReady(pod);
        }
        catch (Exception exception) when (exception is MonitoringException or OperationCanceledException)
        {
            return true;
        }
    }

    private MonitoringException CreateNotReady(TimeSpan timeout)
    {
        var last =
            _meter.LastError is { } error && _backends.Current.Ready.Count > 0 ? $" ({OneLine.TrimPunctuation(error)})" : string.Empty;
        return new MonitoringException(
            ErrorId.NotReady,
            $"No pod of {_target} became ready within {timeout.TotalSeconds:0.#} s: {DescribePods()}{last}",
            "see why with Get-KubePrometheus, or give a longer -Timeout",
            _target.ToString());
    }

    private string DescribePods() => _backends.Current switch
    {
        { NotReady: > 0 and var count } => $"{count} not ready",
        { Ready.Count: > 0 } => "none can be reached",
        _ => "it has none",
    };
}
