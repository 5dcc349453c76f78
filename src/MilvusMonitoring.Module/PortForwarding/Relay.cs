using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Copies bytes between a local connection and a pod, in each direction at the pace of the reader.</summary>
/// <remarks>
/// The protocol cannot transmit a half-close, and a closed local socket looks the same as a half-closed one.
/// So after the client's last byte the pod's side stays open until the pod has responded, and a moment longer.
/// </remarks>
internal sealed class Relay(Socket local, PodConnection remote, PortForwardMeter meter)
{
    private static readonly TimeSpan LongestResponse = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan QuietAfterResponse = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(2);

    private volatile bool _hasClientEnded;
    private volatile bool _hasResponded = true;
    private long _received;

    /// <summary>Copies until either side has ended, then ends the other side: cleanly after a clean end, else by a reset.</summary>
    /// <param name="isPodGone">Whether the pod is gone, which looks like a clean end.</param>
    /// <param name="cancellationToken">Aborts both sides.</param>
    public async Task RunAsync(Func<Task<bool>> isPodGone, CancellationToken cancellationToken)
    {
        await using var abort = cancellationToken.Register(Abort);
        var down = CopyFromPodAsync();
        var up = CopyToPodAsync();
        await Task.WhenAny(down, up).ConfigureAwait(false);
        if (_hasClientEnded)
        {
            await AwaitResponseAsync(down).ConfigureAwait(false);
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

    private void Abort()
    {
        local.Reset();
        remote.Abort();
    }

    /// <summary>Copies until the pod's side ends, or the client closes its connection.</summary>
    private async Task CopyFromPodAsync()
    {
        try
        {
            while (await remote.ReceiveAsync().ConfigureAwait(false) is { IsEmpty: false } data)
            {
                // Set before the client can receive the data and close its connection.
                _hasResponded = true;
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

    /// <summary>Copies until the client ends or resets its connection.</summary>
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

                _hasResponded = false;
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
            // The pod's side has ended: CopyFromPodAsync sees how.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Waits until the pod's side has ended, or has responded and sends nothing more.</summary>
    private async Task AwaitResponseAsync(Task down)
    {
        var quietSince = Stopwatch.GetTimestamp();
        while (
            !down.IsCompleted
            && (!_hasResponded || Stopwatch.GetElapsedTime(quietSince) < QuietAfterResponse)
            && Stopwatch.GetElapsedTime(quietSince) < LongestResponse)
        {
            var before = Interlocked.Read(ref _received);
            using var over = new CancellationTokenSource();
            await Task.WhenAny(down, Task.Delay(QuietAfterResponse / 5, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (Interlocked.Read(ref _received) != before)
            {
                quietSince = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>
    /// Ends the client's side after the last byte. Reads and drops what the client still sends: closing a socket with unread data resets
    /// the connection, and the client would lose bytes that it has not read.
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
            // The client is gone, or has sent more than the limit of time allows.
        }
    }
}
