using System.Net;
using System.Net.Sockets;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster;

/// <summary>A port of a pod that somebody connects to.</summary>
public sealed record PodPort(string Namespace, string Pod, int Port);

/// <summary>What really listens behind the ports of pods. A port without anything refuses connections.</summary>
public sealed class Backends
{
    private readonly object _gate = new();
    private readonly List<Backend> _backends = [];
    private readonly Dictionary<(string, string), Func<string>> _logs = [];

    /// <summary>
    /// Puts a server behind a port of all pods that the selector fits, now or later. Of several that fit, the last one serves.
    /// </summary>
    /// <param name="selector">Labels as in <c>app=web,tier!=test</c>; empty for every pod of the namespace.</param>
    public void Serve(string ns, string selector, int port, IPEndPoint server) =>
        Serve(ns, selector, port, (_, cancellationToken) => DialAsync(server, cancellationToken));

    /// <param name="connect">Gives a stream for each connection. A <see cref="SocketException"/> or <see cref="IOException"/> from it
    /// counts as a refusal.</param>
    public void Serve(string ns, string selector, int port, Func<PodPort, CancellationToken, ValueTask<Stream>> connect)
    {
        var fits = Selectors.Labels(selector);
        Add(new(ns, port, pod => fits?.Invoke(pod) ?? true, connect));
    }

    /// <summary>Puts a server behind a port of the pod of that name.</summary>
    public void ServePod(string ns, string pod, int port, IPEndPoint server) =>
        Add(new(ns, port, candidate => candidate.Name == pod, (_, cancellationToken) => DialAsync(server, cancellationToken)));

    /// <summary>Says where the log of a pod comes from.</summary>
    public void Log(string ns, string pod, Func<string> read)
    {
        lock (_gate)
        {
            _logs[(ns, pod)] = read;
        }
    }

    /// <summary>From now on all connections are refused; those that are open stay.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _backends.Clear();
        }
    }

    internal string ReadLog(string ns, string pod)
    {
        Func<string>? read;
        lock (_gate)
        {
            read = _logs.GetValueOrDefault((ns, pod));
        }

        return read?.Invoke() ?? "";
    }

    internal ValueTask<Stream> ConnectAsync(StoredObject pod, int port, CancellationToken cancellationToken)
    {
        Backend? backend;
        lock (_gate)
        {
            backend = _backends.FindLast(each => each.Namespace == pod.Namespace && each.Port == port && each.Fits(pod));
        }

        return backend is null
            ? throw new SocketException((int)SocketError.ConnectionRefused)
            : backend.Connect(new(pod.Namespace, pod.Name, port), cancellationToken);
    }

    private void Add(Backend backend)
    {
        lock (_gate)
        {
            _backends.Add(backend);
        }
    }

    private static async ValueTask<Stream> DialAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed record Backend(
        string Namespace,
        int Port,
        Func<StoredObject, bool> Fits,
        Func<PodPort, CancellationToken, ValueTask<Stream>> Connect);
}
