namespace MilvusMonitoring.Servers;

/// <summary>An alert as a Prometheus evaluates it.</summary>
/// <param name="State"><c>pending</c> or <c>firing</c>.</param>
internal sealed record PrometheusAlert(
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    string State,
    DateTimeOffset? ActiveAt,
    string? Value);
