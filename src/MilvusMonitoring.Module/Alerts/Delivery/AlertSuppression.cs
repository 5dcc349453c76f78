using MilvusMonitoring.Messages;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Delivery;

/// <summary>Says what keeps an alert from its receivers.</summary>
internal static class AlertSuppression
{
    private const int LongestComment = 100;

    /// <returns><c>silenced by alice until 12:00Z: upgrade</c>, <c>inhibited by KubeNodeDown</c>.</returns>
    public static async Task<string> DescribeAsync(AlertmanagerApi api, AlertmanagerAlert alert, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (var id in alert.SilencedBy)
        {
            var silence = await api.FindSilenceAsync(id, cancellationToken).ConfigureAwait(false);
            var who = OneLine.Clean(silence?.CreatedBy, LongestComment);
            var comment = OneLine.Clean(silence?.Comment, LongestComment);
            reasons.Add($"silenced by {(who.Length > 0 ? who : "silence " + id)}"
                + (silence?.EndsAt is { } end ? $" until {end.UtcDateTime:yyyy-MM-dd HH:mm}Z" : string.Empty)
                + (comment.Length > 0 ? $": {comment}" : string.Empty));
        }

        if (alert.InhibitedBy.Count > 0)
        {
            var others = await api.ListAlertsAsync([], cancellationToken).ConfigureAwait(false);
            var names = alert.InhibitedBy.Select(fingerprint => others
                .FirstOrDefault(other => other.Fingerprint == fingerprint)
                ?.Labels.GetValueOrDefault("alertname") ?? fingerprint);
            reasons.Add($"inhibited by {string.Join(", ", names.Distinct())}");
        }

        if (alert.MutedBy.Count > 0)
        {
            reasons.Add($"muted by the time interval {string.Join(", ", alert.MutedBy)}");
        }

        return reasons.Count > 0 ? string.Join("; ", reasons) : "suppressed";
    }
}
