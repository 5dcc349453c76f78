using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>What the user asked for.</summary>
/// <param name="Method">How access is to be given.</param>
/// <param name="ClusterRole">The role to add to.</param>
/// <param name="Namespaces">The namespaces that it is for; empty for the whole cluster.</param>
/// <param name="Prometheus">Which Prometheus.</param>
internal sealed record AccessRequest(
    AccessMethod Method,
    string ClusterRole,
    IReadOnlyList<string> Namespaces,
    PrometheusChoice Prometheus);
