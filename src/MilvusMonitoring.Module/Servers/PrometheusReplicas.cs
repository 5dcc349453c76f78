using System.Text.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Servers;

/// <summary>A replica of Prometheus.</summary>
/// <param name="Name">Its pod, or its address.</param>
/// <param name="Api">Its HTTP API.</param>
/// <param name="Set">The name of the set of shards that share the targets; without shards the name of the replica.</param>
/// <param name="IsNamed">Whether the caller named its address.</param>
internal sealed record PrometheusReplica(string Name, PrometheusApi Api, string Set, bool IsNamed);

/// <summary>
/// Lists every replica of a Prometheus: a single replica may be the only one that scrapes. A replica keeps its connections from one pass to
/// the next.
/// </summary>
internal sealed class PrometheusReplicas(ClusterClient client, IReadOnlyList<Uri> addresses, ServerAccess access) : IDisposable
{
    private static readonly OperatedKind Kind = new("Prometheus", "prometheus", 9090);

    private readonly ReplicaConnections<PrometheusReplica> _connections = new(
        client,
        Kind,
        addresses,
        access,
        (name, http, set) => new PrometheusReplica(
            name.Text,
            new PrometheusApi(http, name.Text, access with { IsNamed = name.IsAddress }),
            set,
            name.IsAddress));

    /// <summary>Whether the caller named the addresses of the replicas.</summary>
    public bool AreNamed => addresses.Count > 0;

    /// <summary>Lists the ready replicas, or those at the addresses that the caller named.</summary>
    /// <param name="prometheus">The Prometheus resource; null if there is none.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="MonitoringException">The caller may not read the pods, or the certificate of Prometheus.</exception>
    public Task<IReadOnlyList<PrometheusReplica>> ListAsync(PrometheusServer? prometheus, CancellationToken cancellationToken) =>
        _connections.ListAsync(prometheus?.Json, cancellationToken);

    /// <summary>Whether a pod belongs to a Prometheus resource: to its StatefulSet, or to that of a shard.</summary>
    public static bool IsReplica(JsonElement pod, string prometheus) => Kind.IsReplica(pod, prometheus);

    /// <inheritdoc />
    public void Dispose() => _connections.Dispose();
}
