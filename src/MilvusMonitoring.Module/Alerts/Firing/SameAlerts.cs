using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Firing;

/// <summary>An alert of Prometheus, and the replicas that have it.</summary>
internal sealed record EvaluatedAlert(PrometheusAlert Alert, IReadOnlyList<string> Replicas);

/// <summary>An alert of Alertmanager.</summary>
/// <param name="Suppression">What keeps it from its receivers; null if nothing does.</param>
internal sealed record ReceivedAlert(AlertmanagerAlert Alert, string? Suppression);

/// <summary>Which alerts of several servers are one.</summary>
internal static class SameAlerts
{
    private const string NamePrefix = "Milvus";

    private static readonly string[] Severities = ["critical", "warning", "info"];

    /// <summary>Merges the alerts of Milvus of all replicas: one that fires anywhere fires.</summary>
    public static IReadOnlyList<EvaluatedAlert> Merge(IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusAlert>>> answers) =>
    [
        .. answers
            .SelectMany(answer => (answer.Value ?? []).Select(alert => (answer.Name, Alert: alert)))
            .Where(item => item.Alert.Labels.GetValueOrDefault("alertname")?.StartsWith(NamePrefix, StringComparison.Ordinal) is true)
            .GroupBy(item => DescribeLabels(item.Alert.Labels), StringComparer.Ordinal)
            .Select(group => new EvaluatedAlert(
                group.OrderBy(item => item.Alert.State == "firing" ? 0 : 1).ThenBy(item => item.Alert.ActiveAt).First().Alert,
                [.. group.Select(item => item.Name).Distinct()])),
    ];

    /// <summary>Whether an alert of Alertmanager is one of Prometheus, which adds external labels when it sends the alert.</summary>
    public static bool IsSame(PrometheusAlert sent, AlertmanagerAlert received) =>
        sent.Labels.All(label => received.Labels.GetValueOrDefault(label.Key) == label.Value);

    /// <summary>The place of a severity, the worst first.</summary>
    public static int RankOf(string? severity) =>
        Array.IndexOf(Severities, severity) is var rank and >= 0 ? rank : Severities.Length;

    private static string DescribeLabels(IReadOnlyDictionary<string, string> labels) => string.Join(
        '\n',
        labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
}
