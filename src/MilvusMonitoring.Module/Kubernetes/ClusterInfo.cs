using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>What the API server says of itself.</summary>
internal static class ClusterInfo
{
    /// <summary>Asks for the version: the first request of a command, so the one that finds a cluster unreachable.</summary>
    public static async Task<ServerVersion> ReadVersionAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync("/version", "get the cluster's version", cancellationToken).ConfigureAwait(false);
        return ServerVersion.Read(answer) ?? throw new MonitoringException(
            ErrorId.ResponseInvalid,
            $"{client.Connection.Server} does not answer like a Kubernetes API server",
            "check the address in the kubeconfig",
            client.Connection.Server.ToString());
    }
}
