using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Kubelet;

/// <summary>The pod that a port-forward leads to, as its node sees it.</summary>
internal sealed class ForwardTarget(ClusterState state, StoredObject pod, ForwardOptions options)
{
    private readonly string _sandbox = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(pod.Uid))).ToLowerInvariant();

    public PortForwards Forwards => state.Forwards;

    public TimeSpan CloseDelay => options.CloseDelay;

    public async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        if (options.DialDelay > TimeSpan.Zero)
        {
            await Task.Delay(options.DialDelay, cancellationToken).ConfigureAwait(false);
        }

        if (
            state.Store.Find(new("", "pods"), pod.Namespace, pod.Name) is not { } live
            || live.Uid != pod.Uid
            || !PodRuns.IsRunning(live.ReadRest()))
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        return await state.Backends.ConnectAsync(pod, port, cancellationToken).ConfigureAwait(false);
    }

    public string DescribeRefusal(int port, string reason) =>
        $"failed to connect to localhost:{port} inside namespace \"{_sandbox}\", IPv4: dial tcp4 127.0.0.1:{port}: connect: {reason} "
            + "IPv6 dial tcp6: address localhost: no suitable address found ";

    public string Describe(int port, string failure) =>
        $"error forwarding port {port} to pod {_sandbox}, uid : failed to execute portforward in network namespace "
            + $"\"/var/run/netns/cni-{pod.Uid}\": {failure}";
}
