using System.Net.Sockets;

namespace MilvusMonitoring.PortForwarding;

internal static class SocketExtensions
{
    /// <summary>Closes a connection by a TCP reset, so that the other side does not take the end for the end of a response.</summary>
    public static void Reset(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The socket is closed already.
        }

        socket.Dispose();
    }
}
