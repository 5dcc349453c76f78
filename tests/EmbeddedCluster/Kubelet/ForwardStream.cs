using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace EmbeddedCluster.Kubelet;

/// <summary>One port of a port-forward: one connection to the pod, on a data channel and an error channel.</summary>
internal sealed class ForwardStream(int index, int port, ForwardTarget target, ForwardSocket socket)
{
    private const int FrameSize = 32 * 1024;

    private readonly TaskCompletionSource<Stream?> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ended;
    private volatile bool _podEnded;

    private byte DataChannel => (byte)(index * 2);

    private byte ErrorChannel => (byte)((index * 2) + 1);

    public async Task AnnounceAsync()
    {
        await socket.SendAsync(new byte[] { DataChannel, (byte)port, (byte)(port >> 8) }).ConfigureAwait(false);
        await socket.SendAsync(new byte[] { ErrorChannel, (byte)port, (byte)(port >> 8) }).ConfigureAwait(false);
    }

    /// <summary>
    /// From the connection to its end. Without cancellation that is the pod's doing, or a failure, which the error channel tells.
    /// </summary>
    /// <param name="podEnd">The pod stops.</param>
    /// <param name="cancellationToken">The port-forward ends.</param>
    public async Task RunAsync(CancellationToken podEnd, CancellationToken cancellationToken)
    {
        try
        {
            if (await ForwardAsync(podEnd, cancellationToken).ConfigureAwait(false) is { } failure)
            {
                await socket
                    .SendAsync((byte[])[ErrorChannel, .. Encoding.UTF8.GetBytes(target.Describe(port, failure))]).ConfigureAwait(false);
            }
        }
        finally
        {
            _ended = true;
            _connected.TrySetResult(null);
        }
    }

    /// <summary>Passes on what the client sent. A pod that does not read holds the caller; one that has gone takes nothing.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var pod = await _connected.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (pod is null || _ended || _podEnded || _broken.Task.IsCompleted)
        {
            return;
        }

        try
        {
            await pod.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            _broken.TrySetResult($"write tcp4 127.0.0.1:{port}: {Reason(exception)}");
        }
    }

    /// <returns>What failed; null when the pod has ended the connection.</returns>
    private async Task<string?> ForwardAsync(CancellationToken podEnd, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(podEnd, cancellationToken);
        Stream pod;
        try
        {
            pod = await target.ConnectAsync(port, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return target.DescribeRefusal(port, Reason(exception));
        }

        target.Forwards.StreamOpened();
        await using (pod.ConfigureAwait(false))
        {
            _connected.SetResult(pod);
            try
            {
                var failure = await CopyAsync(pod, reading.Token).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                _podEnded = podEnd.IsCancellationRequested;
                await Task.WhenAny(_broken.Task, Task.Delay(target.CloseDelay, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return failure ?? (_broken.Task.IsCompletedSuccessfully ? await _broken.Task.ConfigureAwait(false) : null);
            }
            finally
            {
                target.Forwards.StreamClosed();
            }
        }
    }

    private async Task<string?> CopyAsync(Stream pod, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FrameSize + 1);
        try
        {
            while (true)
            {
                var count = await pod.ReadAsync(buffer.AsMemory(1, FrameSize), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return null;
                }

                buffer[0] = DataChannel;
                await socket.SendDataAsync(buffer.AsMemory(0, count + 1)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            return $"read tcp4 127.0.0.1:{port}: {Reason(exception)}";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Reason(Exception exception) =>
        (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.ConnectionReset => "connection reset by peer",
            SocketError.Shutdown or SocketError.ConnectionAborted => "broken pipe",
            _ => exception.Message,
        };
}
