using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Opens connections to ports of pods through the API server.</summary>
internal sealed class PodDialer(ClusterClient client)
{
    /// <summary>
    /// Opens a connection, with one try. Only the first use of the connection shows whether a process listens at the port.
    /// </summary>
    /// <param name="pod">The pod and its port.</param>
    /// <param name="cancellationToken">Ends the try, not the connection.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ObjectNotFound"/>: the pod is gone. <see cref="ErrorId.PermissionDenied"/>:
    /// the user lacks the permission.</exception>
    public Task<PodConnection> ConnectAsync(PodAddress pod, CancellationToken cancellationToken) =>
        ConnectAsync(pod, retry: false, cancellationToken);

    /// <summary>
    /// Opens a connection as a stream for <see cref="SocketsHttpHandler.ConnectCallback"/>. Retries, because the caller has no other pod
    /// to try.
    /// </summary>
    /// <param name="namespaceName">The pod's namespace.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="port">The container's port.</param>
    /// <param name="cancellationToken">Ends the tries, not the stream.</param>
    public async Task<Stream> DialAsync(string namespaceName, string pod, int port, CancellationToken cancellationToken) =>
        new PodStream(await ConnectAsync(new PodAddress(namespaceName, pod, port), retry: true, cancellationToken).ConfigureAwait(false));

    private async Task<PodConnection> ConnectAsync(PodAddress pod, bool retry, CancellationToken cancellationToken)
    {
        var path = $"{ResourceType.Pod.PathOf(ResourceType.Pod.IdOf(pod.Namespace, pod.Pod))}/portforward?ports={pod.Port}";
        var socket = await client
            .OpenWebSocketAsync(path, PodConnection.Protocol, $"forward to {pod}", pod.ToString(), retry, cancellationToken)
            .ConfigureAwait(false);
        return new PodConnection(socket, pod);
    }
}
