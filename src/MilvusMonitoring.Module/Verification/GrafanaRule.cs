namespace MilvusMonitoring.Verification;

/// <summary>What Grafana answered.</summary>
/// <param name="Version">Its version; null where it does not say.</param>
/// <param name="IsHealthy">Whether it says that it is.</param>
/// <param name="DataSource">The name of its Prometheus data source; null where it has none, or does not say.</param>
/// <param name="DataSourceError">Why that does not answer; null where it does.</param>
/// <param name="NotAsked">Why it could not be asked about its data source; null where it could.</param>
internal sealed record GrafanaAnswer(
    string? Version,
    bool IsHealthy,
    string? DataSource = null,
    string? DataSourceError = null,
    string? NotAsked = null);

/// <summary>Whether Grafana is healthy and shows what Prometheus has.</summary>
internal static class GrafanaRule
{
    /// <summary>Applies the rule.</summary>
    /// <param name="target">The Grafana.</param>
    /// <param name="answer">What it answered.</param>
    /// <param name="install">What brings its data source back.</param>
    public static Finding Check(string target, GrafanaAnswer answer, string install) =>
        answer switch
        {
            { IsHealthy: false } => Finding.Failed(
                target,
                $"Grafana {answer.Version} says that its database is not well",
                Remedies.InWords("See the log of Grafana's pod.")),
            { NotAsked: { } reason } => Finding.Unknown(
                target,
                $"Grafana {answer.Version} is healthy; its data source could not be asked: {reason}",
                Remedies.InWords("Sign in with -GrafanaCredential.")),
            { DataSource: null } => Finding.Failed(
                target,
                $"Grafana {answer.Version} is healthy, but has no Prometheus data source",
                install),
            { DataSourceError: { } error } => Finding.Failed(
                target,
                $"its data source '{answer.DataSource}' does not answer: {error}",
                install),
            _ => Finding.Passed(target, $"Grafana {answer.Version} is healthy, and its data source '{answer.DataSource}' answers"),
        };
}
