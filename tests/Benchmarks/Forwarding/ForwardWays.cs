using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>
/// As child processes, so that their processor time is their own: the ways from a local port to the pod that are compared. Each says its
/// port, and works until the parent closes the input.
/// </summary>
internal static class ForwardWays
{
    public const string ModuleArgument = "--forward-module";
    public const string BareArgument = "--forward-bare";
    public const string RelayArgument = "--forward-relay";

    /// <summary>The module's own.</summary>
    public static async Task<int> RunModuleAsync(string kubeconfig, string ns, string service, string port)
    {
        var connection = ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new SilentSink());
        var target = await ServiceTarget.FindAsync(new ClusterClient(connection), ns, service, port, CancellationToken.None)
            ?? throw new BenchmarkException($"There is no Service {ns}/{service}.");
        using var listener = LocalListener.Start(LocalListener.Loopback, 0);
        await using var forwarder = new PortForwarder(connection, target, listener, new ForwardLog(new PortForwardMeter()));
        await forwarder.StartAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        return await StayAsync(listener.Port);
    }

    /// <summary>A WebSocket opened for each connection as it comes, with the module's relay.</summary>
    public static async Task<int> RunBareAsync(string kubeconfig, string ns, string service, string port)
    {
        using var connection = ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new SilentSink());
        var client = new ClusterClient(connection);
        var target = await ServiceTarget.FindAsync(client, ns, service, port, CancellationToken.None)
            ?? throw new BenchmarkException($"There is no Service {ns}/{service}.");
        var backends = new BackendWatch(client, target, _ => { });
        await backends.LoadAsync(CancellationToken.None);
        var pod = backends.Current.Ready[0];
        var dialer = new PodDialer(client);
        using var listener = LocalListener.Start(LocalListener.Loopback, 0);
        var accepting = listener.AcceptAsync(local =>
            _ = Task.Run(async () =>
            {
                local.NoDelay = true;
                await new Relay(local, await dialer.ConnectAsync(pod, CancellationToken.None), new PortForwardMeter()).RunAsync(
                    () => Task.FromResult(false),
                    CancellationToken.None);
            }));
        return await StayAsync(listener.Port);
    }

    /// <summary>A plain relay straight to the web server: what any relay in .NET costs.</summary>
    public static async Task<int> RunRelayAsync(int serverPort)
    {
        using var listener = LocalListener.Start(LocalListener.Loopback, 0);
        var accepting = listener.AcceptAsync(local => _ = Task.Run(() => RelayAsync(local, serverPort)));
        return await StayAsync(listener.Port);
    }

    private static async Task<int> StayAsync(int port)
    {
        Console.Out.WriteLine(port);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task RelayAsync(Socket local, int serverPort)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        local.NoDelay = true;
        using (local)
        {
            await server.ConnectAsync(IPAddress.Loopback, serverPort);
            await Task.WhenAny(CopyAsync(local, server), CopyAsync(server, local));
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other direction has ended the connection.
        }
    }
}
