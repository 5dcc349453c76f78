using System.Buffers;
using System.Net.WebSockets;

namespace EmbeddedCluster.Kubelet;

/// <summary>One port-forward, from its upgrade to its end.</summary>
internal sealed class ForwardSession(
    ForwardSocket socket,
    IReadOnlyList<ForwardStream> streams,
    ForwardOptions options,
    ForwardFault fault,
    Action cut)
{
    private const int ReceiveSize = 64 * 1024;

    /// <param name="podEnd">The pod stops: to each stream that is the end of its connection.</param>
    /// <param name="aborted">Nothing can be sent any more: the client is gone, or the server stops.</param>
    public async Task RunAsync(CancellationToken podEnd, CancellationToken aborted)
    {
        await fault.ReachAsync(ForwardPoint.Upgraded, aborted).ConfigureAwait(false);
        foreach (var stream in streams)
        {
            await stream.AnnounceAsync().ConfigureAwait(false);
        }

        await fault.ReachAsync(ForwardPoint.Announced, aborted).ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var receiving = ReceiveAsync(ending.Token, closed.Token);
        var forwarding = Task.WhenAll(streams.Select(each => each.RunAsync(podEnd, ending.Token)));
        var watching = WatchIdleAsync(ending.Token);
        try
        {
            await Task.WhenAny(receiving, forwarding, watching).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await forwarding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // To be cancelled is how streams end when something else has ended first; a connection that broke gets no goodbye.
            foreach (var broken in (Task[])[receiving, forwarding, watching])
            {
                if (broken.IsFaulted)
                {
                    await broken.ConfigureAwait(false);
                }
            }

            await socket.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await closed.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(receiving, forwarding, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Hands what comes to the streams, one message after the other, until the client says goodbye.</summary>
    private async Task ReceiveAsync(CancellationToken ending, CancellationToken closed)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReceiveSize);
        try
        {
            ForwardStream? stream = null;
            var atStart = true;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, closed).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                var data = buffer.AsMemory(0, received.Count);
                if (atStart && data.Length > 0)
                {
                    stream = StreamOf(data.Span[0]);
                    data = data[1..];
                    atStart = false;
                }

                if (stream is not null)
                {
                    await PassUpAsync(stream, data, ending).ConfigureAwait(false);
                }

                if (received.EndOfMessage)
                {
                    (stream, atStart) = (null, true);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask PassUpAsync(ForwardStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var passing = fault.Pass(ForwardPoint.BytesUp, data.Length);
        await stream.WriteAsync(data[..passing], cancellationToken).ConfigureAwait(false);
        if (fault.IsDue(ForwardPoint.BytesUp))
        {
            await fault.StrikeAsync(cancellationToken).ConfigureAwait(false);
        }

        await stream.WriteAsync(data[passing..], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Nobody listens to error channels, or to channels that were not asked for.</summary>
    private ForwardStream? StreamOf(byte channel) => channel % 2 == 0 && channel / 2 < streams.Count ? streams[channel / 2] : null;

    private async Task WatchIdleAsync(CancellationToken cancellationToken)
    {
        if (options.IdleTimeout is not { } timeout)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (timeout - socket.Idle is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, options.Time, cancellationToken).ConfigureAwait(false);
        }

        if (options.IdleReset)
        {
            cut();
            throw new IOException("idle for too long");
        }
    }
}
