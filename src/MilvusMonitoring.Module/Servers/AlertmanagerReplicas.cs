using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Servers;

/// <summary>A replica of an Alertmanager.</summary>
/// <param name="Name">Its pod in words, or its address.</param>
/// <param name="Pod">The name of its pod; null for an address.</param>
internal sealed record AlertmanagerReplica(string Name, string? Pod, AlertmanagerApi Api);

/// <summary>Lists every replica of an Alertmanager: Prometheus sends an alert to all of them, and one of them notifies.</summary>
internal sealed class AlertmanagerReplicas(ClusterClient client, IReadOnlyList<Uri> addresses, ServerAccess access) : IDisposable
{
    private static readonly OperatedKind Kind = new("Alertmanager", "alertmanager", 9093);

    private readonly ReplicaConnections<AlertmanagerReplica> _connections = new(
        client,
        Kind,
        addresses,
        access,
        (name, http, _) => new AlertmanagerReplica(
            name.Text,
            name.Pod,
            new AlertmanagerApi(http, name.Text, access with { IsNamed = name.IsAddress })));

    /// <summary>Lists the ready replicas, or those at the addresses that the caller named.</summary>
    /// <param name="alertmanager">The Alertmanager resource; null if there is none.</param>
    /// <exception cref="MonitoringException">The caller may not read the pods, or the certificate of the Alertmanager.</exception>
    public Task<IReadOnlyList<AlertmanagerReplica>> ListAsync(AlertmanagerServer? alertmanager, CancellationToken cancellationToken) =>
        _connections.ListAsync(alertmanager?.Json, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _connections.Dispose();
}
