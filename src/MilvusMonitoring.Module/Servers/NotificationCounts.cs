using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Servers;

/// <summary>How many requests to notify somebody an Alertmanager has sent since its start.</summary>
/// <param name="Requests">All requests, each retry counted.</param>
/// <param name="Failed">Those that failed.</param>
internal sealed record NotificationCount(long Requests, long Failed)
{
    public static NotificationCount None { get; } = new(0, 0);

    public static NotificationCount operator +(NotificationCount left, NotificationCount right) =>
        new(left.Requests + right.Requests, left.Failed + right.Failed);

    public static NotificationCount operator -(NotificationCount left, NotificationCount right) =>
        new(left.Requests - right.Requests, left.Failed - right.Failed);
}

/// <summary>The counts of an Alertmanager by receiver and integration, from its metrics.</summary>
/// <remarks>
/// An Alertmanager names the receiver with the feature <c>receiver-name-in-metrics</c> only, from 0.27 on. The requests tell more than the
/// notifications: a notification counts when its first try begins, and as failed only when its last try has failed.
/// </remarks>
internal sealed partial class NotificationCounts
{
    private readonly Dictionary<(string? Receiver, string Integration), NotificationCount> _counts = [];

    /// <summary>Reads the metrics in Prometheus's text format.</summary>
    public static NotificationCounts Parse(ReadOnlySpan<byte> metrics)
    {
        var counts = new NotificationCounts();
        foreach (var line in Encoding.UTF8.GetString(metrics).AsSpan().EnumerateLines())
        {
            if (line.StartsWith("alertmanager_notification_requests_", StringComparison.Ordinal))
            {
                counts.Add(line.ToString());
            }
        }

        return counts;
    }

    /// <summary>Gets the count of a receiver's integration, or of the integration of all receivers if these are not told apart.</summary>
    public NotificationCount Get(string receiver, string integration) =>
        _counts.GetValueOrDefault((receiver, integration)) ?? _counts.GetValueOrDefault((null, integration)) ?? NotificationCount.None;

    /// <summary>Whether the counts tell receivers apart.</summary>
    public bool AreByReceiver => _counts.Keys.Any(key => key.Receiver is not null);

    private void Add(string line)
    {
        var name = Sample().Match(line);
        if (!name.Success
            || !double.TryParse(name.Groups["value"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || value is not (>= 0 and < long.MaxValue))
        {
            return;
        }

        var labels = Label().Matches(name.Groups["labels"].Value)
            .GroupBy(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        if (labels.GetValueOrDefault("integration") is { } integration)
        {
            var key = (labels.GetValueOrDefault("receiver_name"), integration);
            var isFailed = name.Groups["kind"].Value == "failed_total";
            _counts[key] = (_counts.GetValueOrDefault(key) ?? NotificationCount.None)
                + new NotificationCount(isFailed ? 0 : (long)value, isFailed ? (long)value : 0);
        }
    }

    [GeneratedRegex(
        "^alertmanager_notification_requests_(?<kind>total|failed_total)\\{(?<labels>[^}]*)\\}\\s+(?<value>[^ ]+)",
        RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}
