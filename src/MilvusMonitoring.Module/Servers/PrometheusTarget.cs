using System.Globalization;

namespace MilvusMonitoring.Servers;

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
    /// <summary>The labels of series by which a target is told from others; no others are read.</summary>
    public static IReadOnlyList<string> UsedLabels { get; } = ["job", "instance", "namespace", "pod"];

    /// <summary>The pod that Prometheus discovered; null if it discovered an address only, or does not show what it discovered.</summary>
    public string? DiscoveredPod { get; init; }

    /// <summary>The namespace that Prometheus discovered; null if it does not show it.</summary>
    public string? DiscoveredNamespace { get; init; }

    /// <summary>The scrape job.</summary>
    public string Pool { get; init; } = string.Empty;

    /// <summary>The host that Prometheus scrapes; null if it does not show the URL.</summary>
    public string? Host { get; init; }

    /// <summary>The port that Prometheus scrapes; null if it does not show the URL.</summary>
    public int? Port { get; init; }

    public bool IsUp => Health == "up";

    public bool IsDown => Health == "down";

    /// <summary>The pod of the target, or its address.</summary>
    public string Pod => Labels.GetValueOrDefault("pod") ?? DiscoveredPod ?? Labels.GetValueOrDefault("instance") ?? string.Empty;
}

/// <summary>Reads an address such as <c>10.0.0.1:9091</c> or <c>[fd00::1]:9091</c>.</summary>
internal static class ServerAddress
{
    public static string? GetHost(string? address)
    {
        if (address is null)
        {
            return null;
        }

        if (address.StartsWith('['))
        {
            return address[1..].Split(']')[0];
        }

        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon == address.LastIndexOf(':') ? address[..colon] : address;
    }

    public static int? GetPort(string? address) =>
        int.TryParse(address?.Split(':')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}

/// <summary>The configuration that a replica has loaded.</summary>
/// <param name="Jobs">The names of its scrape jobs; null if the server does not show its configuration.</param>
/// <param name="IsLastReloadGood">Whether the replica accepted its newest configuration; null if it does not say.</param>
internal sealed record LoadedConfiguration(IReadOnlySet<string>? Jobs, bool? IsLastReloadGood)
{
    /// <summary>Finds a job under its name, or under the name that operators before 0.47 gave it: without the kind.</summary>
    /// <returns>The name; null if the job is not loaded.</returns>
    public string? FindJob(string job)
    {
        var old = job[(job.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return ((string[])[job, old]).FirstOrDefault(name => Jobs?.Contains(name) is true);
    }
}
