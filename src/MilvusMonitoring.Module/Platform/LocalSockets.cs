using System.Net;
using System.Net.Sockets;

namespace MilvusMonitoring.Platform;

/// <summary>How a system binds local ports and accepts connections.</summary>
/// <param name="System">The system.</param>
/// <param name="Bind">Binds a socket.</param>
/// <param name="Accept">Accepts the next connection.</param>
/// <param name="Prepare">Sets the options of an accepted connection. macOS refuses that once the other side has reset it.</param>
internal sealed record LocalSockets(
    SystemKind System,
    Action<Socket, EndPoint> Bind,
    Func<Socket, Task<Socket>> Accept,
    Action<Socket> Prepare)
{
    public static LocalSockets Current { get; } = new(
        RunningSystem.Kind,
        static (socket, address) => socket.Bind(address),
        static listener => listener.AcceptAsync(),
        static accepted => accepted.NoDelay = true);

    /// <summary>Sets the options of a socket that is going to listen.</summary>
    public void PrepareListener(Socket socket)
    {
        if (System == SystemKind.Windows)
        {
            // Otherwise another program can bind the same port and receive the connections.
            socket.ExclusiveAddressUse = true;
        }
    }

    /// <summary>Says why the system denies a port, and what to do.</summary>
    public (string Reason, string Remedy) DescribeDenied() => System == SystemKind.Windows
        ? (
            "Windows excludes the port (Hyper-V, WSL and Docker reserve ranges of ports), or another program holds the port for itself",
            "give another -LocalPort, 0 for any free port; 'netsh interface ipv4 show excludedportrange protocol=tcp' lists the ranges")
        : ("the operating system reserves the port", "give a -LocalPort of 1024 or above, or 0 for any free port");
}
