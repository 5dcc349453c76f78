using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Reads the version of the API server.</summary>
internal static class ClusterInfo
{
    /// <summary>Reads the version. This is the first request of a command, so its error tells of an unreachable cluster.</summary>
    public static async Task<ServerVersion> ReadVersionAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var response = await client.GetAsync("/version", "get the cluster's version", cancellationToken).ConfigureAwait(false);
        return ServerVersion.Read(response) ?? throw new MonitoringException(
            ErrorId.ResponseInvalid,
            $"{client.Connection.Server} does not answer like a Kubernetes API server",
            "check the address in the kubeconfig",
            client.Connection.Server.ToString());
    }
}
