using System.Net;
using System.Net.Sockets;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>What stands behind a pod's port: a server on loopback that treats every connection alike.</summary>
internal sealed class PodServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _connections;

    public PodServer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Sends back what comes, until the other side has ended.</summary>
    public static PodServer Echo() => new((stream, cancellationToken) => stream.CopyToAsync(stream, cancellationToken));

    /// <summary>Sends so much, and ends.</summary>
    public static PodServer Sending(byte[] data) => new((stream, cancellationToken) => stream.WriteAsync(data, cancellationToken).AsTask());

    /// <summary>Sends without end, and counts.</summary>
    public static PodServer Flooding(Action<int> count) => new(async (stream, cancellationToken) =>
    {
        var data = new byte[64 * 1024];
        while (true)
        {
            await stream.WriteAsync(data, cancellationToken);
            count(data.Length);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
                Interlocked.Increment(ref _connections);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await _serve(stream, _stopping.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The other side broke off, or the test is over.
        }
    }
}
