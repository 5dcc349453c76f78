using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Listens on one port of one or more local addresses.</summary>
internal sealed class LocalListener : IDisposable
{
    private const int Backlog = 512;
    private const int FreePortTries = 20;
    private const int MostFaults = 20;

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(100);

    private readonly List<Socket> _sockets;
    private readonly LocalSockets _system;
    private volatile bool _isClosed;

    private LocalListener(List<Socket> sockets, LocalSockets system)
    {
        _sockets = sockets;
        _system = system;
        Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        Addresses = [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Address)];
    }

    /// <summary>127.0.0.1 and ::1.</summary>
    public static IReadOnlyList<IPAddress> Loopback { get; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>The port, the same on all addresses.</summary>
    public int Port { get; }

    /// <summary>The requested addresses that this machine has.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="addresses">The addresses; of several, those that this machine does not have are left out.</param>
    /// <param name="port">The port; 0 for any free port.</param>
    /// <param name="system">How ports are bound and connections accepted; null for this system.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.PortNotAvailable"/>.</exception>
    public static LocalListener Start(IReadOnlyList<IPAddress> addresses, int port, LocalSockets? system = null)
    {
        system ??= LocalSockets.Current;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new LocalListener(Bind(addresses, port, system), system);
            }
            catch (SocketException exception)
                when (port == 0
                    && exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied
                    && tries < FreePortTries)
            {
                // The port is free on the first address only, or excluded on another one: try another port.
            }
            catch (SocketException exception)
            {
                throw CreateNotAvailable(addresses, port, exception, system);
            }
        }
    }

    /// <summary>Accepts connections until the listener is disposed.</summary>
    /// <param name="accepted">Handles each connection without blocking.</param>
    /// <exception cref="SocketException">The system accepts nothing more.</exception>
    public Task AcceptAsync(Action<Socket> accepted) => Task.WhenAll(_sockets.Select(socket => AcceptAsync(socket, accepted)));

    /// <inheritdoc />
    public void Dispose()
    {
        _isClosed = true;
        _sockets.ForEach(socket => socket.Dispose());
    }

    private static List<Socket> Bind(IReadOnlyList<IPAddress> addresses, int port, LocalSockets system)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (var address in addresses)
            {
                if (Bind(address, port, system, isOptional: sockets.Count > 0 || addresses.Count > 1) is { } socket)
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

    private static Socket? Bind(IPAddress address, int port, LocalSockets system, bool isOptional)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            system.PrepareListener(socket);
            system.Bind(socket, new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
            when (isOptional && IsMissingAddress(exception.SocketErrorCode))
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

    // That the listener is closed is known, and not told from an error: systems have the same errors for a connection that is gone.
    private async Task AcceptAsync(Socket listener, Action<Socket> accepted)
    {
        var faults = 0;
        while (!_isClosed)
        {
            try
            {
                var local = await _system.Accept(listener).ConfigureAwait(false);
                faults = 0;
                if (IsPrepared(local))
                {
                    accepted(local);
                }
            }
            catch (Exception exception) when (_isClosed && exception is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception) when (!IsListenerBroken(exception) || ++faults < MostFaults)
            {
                // The client has closed its connection already, or too many files are open: the next connection may succeed.
                await Task.Delay(PauseAfterFault, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sets the options of a connection; false for one that is gone already.</summary>
    private bool IsPrepared(Socket local)
    {
        try
        {
            _system.Prepare(local);
            return true;
        }
        catch (SocketException)
        {
            local.Dispose();
            return false;
        }
    }

    private static bool IsMissingAddress(SocketError error) =>
        error is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported;

    private static bool IsListenerBroken(SocketException exception) =>
        exception.SocketErrorCode is SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument;

    private static MonitoringException CreateNotAvailable(
        IReadOnlyList<IPAddress> addresses,
        int port,
        SocketException exception,
        LocalSockets system)
    {
        var where = string.Join(", ", addresses.Select(address => new IPEndPoint(address, port)));
        var (reason, remedy) = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => (
                $"the port is in use{PortOwner.Describe(port)}",
                "end the program that uses the port, or give another -LocalPort, 0 for any free port"),
            SocketError.AccessDenied => system.DescribeDenied(),
            SocketError.AddressNotAvailable => ("this machine does not have the address", "give one of its own addresses to -Address"),
            _ => (exception.Message.TrimEnd('.'), "give another -LocalPort, 0 for any free port"),
        };
        return new MonitoringException(ErrorId.PortNotAvailable, $"Cannot listen on {where}: {reason}", remedy, where, exception);
    }
}
