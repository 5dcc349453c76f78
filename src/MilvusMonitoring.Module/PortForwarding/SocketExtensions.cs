using System.Net.Sockets;

namespace MilvusMonitoring.PortForwarding;

/// <summary>What .NET's sockets have no word for.</summary>
internal static class SocketExtensions
{
    /// <summary>Breaks a connection off, so that the other side sees that, and not the end of an answer.</summary>
    public static void Reset(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }
}
