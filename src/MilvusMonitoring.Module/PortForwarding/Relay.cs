using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Carries bytes both ways between a local connection and a pod, each way at the pace of its reader.</summary>
/// <remarks>
/// The protocol cannot say that a client has sent all it has (a half-close), and a closed local socket looks just like a half-closed one.
/// So after the client's last byte the pod's side stays open: as long as an answer is owed, and a moment longer.
/// </remarks>
internal sealed class Relay(Socket local, PodConnection remote, PortForwardMeter meter)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan QuietAfterAnswer = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(2);

    private volatile bool _hasClientEnded;
    private volatile bool _isAnswered = true;
    private long _received;

    /// <summary>Carries until either side has ended, then ends the other in the way that fits.</summary>
    /// <param name="isPodGone">Whether the pod is gone, which looks like a clean end.</param>
    /// <param name="cancellationToken">Breaks both off.</param>
    public async Task RunAsync(Func<Task<bool>> isPodGone, CancellationToken cancellationToken)
    {
        await using var broken = cancellationToken.Register(Break);
        var down = CopyFromPodAsync();
        var up = CopyToPodAsync();
        await Task.WhenAny(down, up).ConfigureAwait(false);
        if (_hasClientEnded)
        {
            await AwaitAnswerAsync(down).ConfigureAwait(false);
        }

        if (remote.End == PodEnd.Clean && !cancellationToken.IsCancellationRequested && !await isPodGone().ConfigureAwait(false))
        {
            await FinishLocalAsync(up).ConfigureAwait(false);
        }
        else if (remote.End != PodEnd.Open || !_hasClientEnded)
        {
            local.Reset();
        }

        await remote.DisposeAsync().ConfigureAwait(false);
        local.Dispose();
        await Task.WhenAll(down, up).ConfigureAwait(false);
    }

    private void Break()
    {
        local.Reset();
        remote.Abort();
    }

    /// <summary>From the pod, until its side ends or the client takes no more.</summary>
    private async Task CopyFromPodAsync()
    {
        try
        {
            while (await remote.ReceiveAsync().ConfigureAwait(false) is { IsEmpty: false } data)
            {
                // Before the client can have it, and close.
                _isAnswered = true;
                Interlocked.Add(ref _received, data.Length);
                for (var rest = data; !rest.IsEmpty;)
                {
                    rest = rest[await local.SendAsync(rest, SocketFlags.None, CancellationToken.None).ConfigureAwait(false)..];
                }

                meter.Received(data.Length);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            remote.Abort();
        }
    }

    /// <summary>To the pod, until the client has no more: it has ended as agreed then, or broken off.</summary>
    private async Task CopyToPodAsync()
    {
        var message = ArrayPool<byte>.Shared.Rent(1 + PodConnection.LargestPayload);
        try
        {
            while (true)
            {
                var count = await local
                    .ReceiveAsync(message.AsMemory(1, PodConnection.LargestPayload), SocketFlags.None, CancellationToken.None)
                    .ConfigureAwait(false);
                if (count == 0)
                {
                    _hasClientEnded = true;
                    return;
                }

                _isAnswered = false;
                await remote.SendAsync(message.AsMemory(0, 1 + count), CancellationToken.None).ConfigureAwait(false);
                meter.Sent(count);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            remote.Abort();
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException)
        {
            // The pod's side has ended: the way down says how.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Waits until the pod's side has ended, or has been quiet and owes nothing.</summary>
    private async Task AwaitAnswerAsync(Task down)
    {
        var quietSince = Stopwatch.GetTimestamp();
        while (
            !down.IsCompleted
            && (!_isAnswered || Stopwatch.GetElapsedTime(quietSince) < QuietAfterAnswer)
            && Stopwatch.GetElapsedTime(quietSince) < LongestAnswer)
        {
            var before = Interlocked.Read(ref _received);
            using var over = new CancellationTokenSource();
            await Task.WhenAny(down, Task.Delay(QuietAfterAnswer / 5, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (Interlocked.Read(ref _received) != before)
            {
                quietSince = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>
    /// Ends the client's side after its last byte. What the client still sends is read away: closing over it would take back what it has
    /// not read yet.
    /// </summary>
    private async Task FinishLocalAsync(Task up)
    {
        try
        {
            local.Shutdown(SocketShutdown.Send);
            using var limit = new CancellationTokenSource(LongestDrain);
            await Task.WhenAny(up, Task.Delay(Timeout.Infinite, limit.Token)).ConfigureAwait(false);
            var drain = new byte[4096];
            while (await local.ReceiveAsync(drain.AsMemory(), SocketFlags.None, limit.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has gone, or goes on sending to nobody.
        }
    }
}
