using System.Net.Sockets;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>One port-forward at work: a listener that outlives everything behind it.</summary>
internal sealed class PortForwarder : IAsyncDisposable
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    private readonly ClusterClient _client;
    private readonly ServiceTarget _target;
    private readonly LocalListener _listener;
    private readonly PortForwardMeter _meter;
    private readonly ForwardLog _log;
    private readonly PodSelection _pods;
    private readonly BackendWatch _backends;
    private readonly ConnectionPool _supply;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskSet _relays = new();
    private readonly Lazy<Task> _ended;
    private Task _following = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Prepares it; nothing runs yet.</summary>
    /// <param name="connection">The cluster; disposed of at the end.</param>
    /// <param name="target">What to forward to.</param>
    /// <param name="listener">Where connections come from; disposed of at the end.</param>
    /// <param name="meter">Where it counts.</param>
    public PortForwarder(ClusterConnection connection, ServiceTarget target, LocalListener listener, PortForwardMeter meter)
    {
        _ended = new Lazy<Task>(EndAsync);
        _client = new ClusterClient(connection);
        _target = target;
        _listener = listener;
        _meter = meter;
        _log = new ForwardLog(meter);
        _pods = new PodSelection(new PodDialer(_client), target, meter, _log);
        _supply = new ConnectionPool(_pods, TimeProvider.System);
        _backends = new BackendWatch(_client, target, endpoints =>
        {
            _supply.KeepOnly(endpoints.Ready);
            _pods.Update(endpoints);
        });
    }

    /// <summary>Finds a ready pod, sees that it can be forwarded to, and begins to take connections.</summary>
    /// <param name="timeout">How long a pod may take to become ready.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.NotReady"/>, <see cref="ErrorId.ServiceNotForwardable"/> or <see
    /// cref="ErrorId.PermissionDenied"/> among others.</exception>
    public async Task StartAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _backends.LoadAsync(cancellationToken).ConfigureAwait(false);
        if (!_target.HasSelector && _backends.Current is { Ready.Count: 0, NotReady: 0 })
        {
            throw ServicePort.NoPods(_target.ToString());
        }

        _following = _backends.FollowAsync(exception => _log.ConnectionFailed(exception.Message), _stop.Token);
        using var deadline = new Deadline(timeout, cancellationToken);
        try
        {
            await _pods.UntilReadyAsync(deadline.Token).ConfigureAwait(false);
            await _supply.OpenFirstAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            throw NotReady(timeout);
        }

        _accepting = _listener.AcceptAsync(Take);
        _ = SuperviseAsync();
    }

    /// <summary>
    /// What goes on in the background ends by being stopped only; if it ends otherwise, the port is freed and the reason shown, not left to
    /// be noticed.
    /// </summary>
    private async Task SuperviseAsync()
    {
        var ended = await Task.WhenAny(_accepting, _following).ConfigureAwait(false);
        if (!_stop.IsCancellationRequested)
        {
            _meter.Failed(
                $"The port-forward to {_target} has ended by itself{(ended.Exception?.InnerException is { } fault ? $": {OneLine.TrimPunctuation(OneLine.Clean(fault.Message))}" : string.Empty)}; start it again."
            );
            _meter.Ended(PortForwardState.Failed);
            Close();
        }
    }

    /// <summary>Frees the port at once and breaks off what is open; the rest ends by itself.</summary>
    public void Close() => _ = _ended.Value;

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _ended.Value.ConfigureAwait(false);

    private async Task EndAsync()
    {
        // First, so that the end of the listener is not taken for one of its own.
        var stopping = _stop.CancelAsync();
        _listener.Dispose();
        _meter.Ended(PortForwardState.Stopped);
        await stopping.ConfigureAwait(false);
        await Task.WhenAll(_accepting, _following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _relays.UntilEmptyAsync().ConfigureAwait(false);
        await _supply.DisposeAsync().ConfigureAwait(false);
        _client.Connection.Dispose();
        _stop.Dispose();
    }

    private void Take(Socket local)
    {
        local.NoDelay = true;
        _relays.Add(Task.Run(() => RelayAsync(local)));
    }

    private async Task RelayAsync(Socket local)
    {
        _meter.ConnectionOpened();
        try
        {
            if (await ReachAsync(local).ConfigureAwait(false) is { } remote)
            {
                await new Relay(local, remote, _meter).RunAsync(() => IsGoneAsync(remote.Pod), _stop.Token).ConfigureAwait(false);
                Tell(remote);
            }
        }
        finally
        {
            _meter.ConnectionClosed();
        }
    }

    /// <summary>A connection to a pod; null, and the local one reset, where none comes about in time.</summary>
    private async Task<PodConnection?> ReachAsync(Socket local)
    {
        using var limit = new CancellationTokenSource(LongestHold);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            return await _supply.TakeAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MonitoringException or OperationCanceledException)
        {
            if (exception is OperationCanceledException && !_stop.IsCancellationRequested)
            {
                _log.ConnectionFailed(
                    $"A connection was given up: no pod of {_target} could be reached within {LongestHold.TotalSeconds:0} s.");
            }

            local.Reset();
            return null;
        }
    }

    private void Tell(PodConnection remote)
    {
        if (remote.End == PodEnd.Refused)
        {
            _log.ConnectionFailed($"A connection to {remote.Pod} failed: {remote.EndText}.");
        }
    }

    /// <summary>Whether a pod that ended a connection has gone, or is about to: then its end is no end of an answer.</summary>
    private async Task<bool> IsGoneAsync(PodAddress pod)
    {
        try
        {
            var found = await _client
                .FindMetadataAsync(ResourceType.Pod, new ResourceId(string.Empty, "Pod", pod.Namespace, pod.Pod), _stop.Token)
                .ConfigureAwait(false);
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

    private MonitoringException NotReady(TimeSpan timeout)
    {
        var now = _backends.Current;
        var state = now.NotReady > 0 ? $"{now.NotReady} not ready" : now.Ready.Count > 0 ? "none can be reached" : "it has none";
        var last = _meter.LastError is { } error && now.Ready.Count > 0 ? $" ({OneLine.TrimPunctuation(error)})" : string.Empty;
        return new MonitoringException(
            ErrorId.NotReady,
            $"No pod of {_target} became ready within {timeout.TotalSeconds:0.#} s: {state}{last}",
            "see why with Get-KubePrometheus, or give a longer -Timeout",
            _target.ToString());
    }
}
