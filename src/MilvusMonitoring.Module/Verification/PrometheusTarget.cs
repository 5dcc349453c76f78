namespace MilvusMonitoring.Verification;

/// <summary>A target as Prometheus shows it.</summary>
/// <param name="Labels">The labels of its series.</param>
/// <param name="Health"><c>up</c>, <c>down</c>, or <c>unknown</c> before the first scrape.</param>
/// <param name="LastError">Why the last scrape failed; empty if it did not fail.</param>
/// <param name="Interval">The scrape interval; null if Prometheus does not show it.</param>
/// <param name="Timeout">The scrape timeout; null if Prometheus does not show it.</param>
internal sealed record PrometheusTarget(
    IReadOnlyDictionary<string, string> Labels,
    string Health,
    string LastError,
    TimeSpan? Interval,
    TimeSpan? Timeout)
{
    /// <summary>The pod of the target, or its address.</summary>
    public string Pod => Labels.GetValueOrDefault("pod") ?? Labels.GetValueOrDefault("instance") ?? string.Empty;
}

/// <summary>The newest sample of a series.</summary>
/// <param name="Labels">The labels by which dashboards find the series.</param>
/// <param name="Age">Its age by the clock of Prometheus.</param>
internal sealed record SampleAge(IReadOnlyDictionary<string, string> Labels, TimeSpan Age);

/// <summary>The configuration that a replica has loaded.</summary>
/// <param name="Jobs">The names of its scrape jobs.</param>
/// <param name="IsLastReloadGood">Whether the replica accepted its newest configuration; null if it does not say.</param>
internal sealed record LoadedConfiguration(IReadOnlySet<string> Jobs, bool? IsLastReloadGood);
