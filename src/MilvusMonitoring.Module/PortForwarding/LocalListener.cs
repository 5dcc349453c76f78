using System.Net;
using System.Net.Sockets;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Listens on one port of one or more local addresses.</summary>
internal sealed class LocalListener : IDisposable
{
    private const int Backlog = 512;
    private const int FreePortTries = 20;

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(100);

    private readonly List<Socket> _sockets;

    private LocalListener(List<Socket> sockets)
    {
        _sockets = sockets;
        Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        Addresses = [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Address)];
    }

    /// <summary>The loopback addresses.</summary>
    public static IReadOnlyList<IPAddress> Loopback { get; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>The port, the same on all addresses.</summary>
    public int Port { get; }

    /// <summary>The addresses: those asked for that this machine has.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="addresses">The addresses; one of a family that this machine does not have is left out, as long as another is
    /// left.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.PortNotAvailable"/>.</exception>
    public static LocalListener Start(IReadOnlyList<IPAddress> addresses, int port)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new LocalListener(Bind(addresses, port));
            }
            catch (SocketException exception)
                when (port == 0 && exception.SocketErrorCode == SocketError.AddressAlreadyInUse && tries < FreePortTries)
            {
                // The port was free on the first address only.
            }
            catch (SocketException exception)
            {
                throw NotAvailable(addresses, port, exception);
            }
        }
    }

    /// <summary>Takes connections until it is disposed of.</summary>
    /// <param name="take">Is given each connection; does not wait.</param>
    public Task AcceptAsync(Action<Socket> take) => Task.WhenAll(_sockets.Select(socket => AcceptAsync(socket, take)));

    /// <inheritdoc />
    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private static List<Socket> Bind(IReadOnlyList<IPAddress> addresses, int port)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (var address in addresses)
            {
                if (Bind(address, port, mayLack: sockets.Count > 0 || addresses.Count > 1) is { } socket)
                {
                    sockets.Add(socket);
                    port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                }
            }

            return sockets.Count > 0 ? sockets : throw new SocketException((int)SocketError.AddressNotAvailable);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    private static Socket? Bind(IPAddress address, int port, bool mayLack)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            if (OperatingSystem.IsWindows())
            {
                // Else another program could bind the same port and take the connections.
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
            when (mayLack
                && exception.SocketErrorCode
                    is SocketError.AddressNotAvailable
                        or SocketError.AddressFamilyNotSupported
                        or SocketError.ProtocolNotSupported)
        {
            socket?.Dispose();
            return null;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static async Task AcceptAsync(Socket listener, Action<Socket> take)
    {
        while (true)
        {
            try
            {
                take(await listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false));
            }
            catch (Exception exception)
                when (exception
                        is ObjectDisposedException
                            or SocketException
                        {
                            SocketErrorCode: SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument
                        })
            {
                return;
            }
            catch (SocketException)
            {
                // A client that was gone again, or too many open files: the next one may do.
                await Task.Delay(PauseAfterFault, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static MonitoringException NotAvailable(IReadOnlyList<IPAddress> addresses, int port, SocketException exception)
    {
        var where = string.Join(", ", addresses.Select(address => new IPEndPoint(address, port)));
        var (reason, remedy) = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => (
                $"the port is in use{PortOwner.Describe(port)}",
                "end what uses it, or give another -LocalPort, 0 for any free one"),
            SocketError.AccessDenied => (
                "the system keeps this port to itself",
                "give a -LocalPort of 1024 or above, or 0 for any free one"),
            SocketError.AddressNotAvailable => ("this machine does not have that address", "give one of its own to -Address"),
            _ => (exception.Message.TrimEnd('.'), "give another -LocalPort, 0 for any free one"),
        };
        return new MonitoringException(ErrorId.PortNotAvailable, $"Cannot listen on {where}: {reason}", remedy, where, exception);
    }
}
