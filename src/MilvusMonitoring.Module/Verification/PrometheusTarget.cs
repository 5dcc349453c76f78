namespace MilvusMonitoring.Verification;

/// <summary>A target as Prometheus shows it.</summary>
/// <param name="Labels">The labels that its series get.</param>
/// <param name="Health"><c>up</c>, <c>down</c>, or <c>unknown</c> before the first scrape.</param>
/// <param name="LastError">Why the last scrape failed; empty where it did not.</param>
/// <param name="Interval">How often it is scraped; null where Prometheus does not say.</param>
/// <param name="Timeout">How long a scrape may take; null where Prometheus does not say.</param>
internal sealed record PrometheusTarget(
    IReadOnlyDictionary<string, string> Labels,
    string Health,
    string LastError,
    TimeSpan? Interval,
    TimeSpan? Timeout)
{
    /// <summary>The pod that it is, or its address.</summary>
    public string Pod => Labels.GetValueOrDefault("pod") ?? Labels.GetValueOrDefault("instance") ?? string.Empty;
}

/// <summary>The newest sample of a series, and what dashboards find it by.</summary>
/// <param name="Labels">The labels.</param>
/// <param name="Age">How old it is by the clock of Prometheus.</param>
internal sealed record SampleAge(IReadOnlyDictionary<string, string> Labels, TimeSpan Age);

/// <summary>What one replica of Prometheus answered.</summary>
/// <param name="Name">The replica: its pod, or the address it was asked at.</param>
/// <param name="Value">The answer; default where there is none.</param>
/// <param name="Error">Why there is none; null where there is one.</param>
internal sealed record ReplicaAnswer<T>(string Name, T? Value, MonitoringException? Error)
{
    /// <summary>Whether the caller has named it, and so says that it is a Prometheus.</summary>
    public bool IsNamed { get; init; }
}

/// <summary>Puts answers together.</summary>
internal static class ReplicaAnswer
{
    /// <summary>What shards, each of which scrapes a part of the targets, have between them; an error where one of them has none.</summary>
    public static ReplicaAnswer<IReadOnlyList<T>> Together<T>(IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>> shards) =>
        shards.FirstOrDefault(shard => shard.Error is not null)
        ?? new ReplicaAnswer<IReadOnlyList<T>>(
            string.Join(" and ", shards.Select(shard => shard.Name)),
            [.. shards.SelectMany(shard => shard.Value!)],
            null);
}

/// <summary>What a replica has loaded.</summary>
/// <param name="Jobs">The names of its scrape jobs.</param>
/// <param name="IsLastReloadGood">Whether the newest configuration was taken; null where it does not say.</param>
internal sealed record LoadedConfiguration(IReadOnlySet<string> Jobs, bool? IsLastReloadGood);
