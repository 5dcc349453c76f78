using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Delivery;

/// <summary>One way in which one receiver is to be notified.</summary>
internal sealed record ExpectedNotification(string Receiver, string Integration, RoutePath Path);

/// <summary>What of an expected notification was seen.</summary>
/// <param name="Sent">How many requests were sent since the alert.</param>
/// <param name="Error">The error in the log of the Alertmanager; null if there is none.</param>
internal sealed record SeenNotification(ExpectedNotification Expected, NotificationCount Sent, string? Error)
{
    public AlertDeliveryStatus Status { get; init; } = AlertDeliveryStatus.Unknown;
}

/// <summary>Tells from counts and errors which notifications were sent.</summary>
internal static class DeliveryRule
{
    /// <summary>Judges what was seen.</summary>
    /// <param name="seen">The expected notifications with their counts. Those of one integration have the same count, unless the
    /// Alertmanager tells receivers apart.</param>
    /// <param name="isByReceiver">Whether the Alertmanager tells receivers apart.</param>
    public static IReadOnlyList<SeenNotification> Judge(IReadOnlyList<SeenNotification> seen, bool isByReceiver) =>
        [.. seen.Select(one => one with { Status = FindStatus(one, seen, isByReceiver) })];

    private static AlertDeliveryStatus FindStatus(SeenNotification one, IReadOnlyList<SeenNotification> seen, bool isByReceiver)
    {
        var together = seen
            .Where(other => other.Expected.Integration == one.Expected.Integration)
            .Where(other => !isByReceiver || other.Expected.Receiver == one.Expected.Receiver)
            .ToList();
        var succeeded = one.Sent.Requests - one.Sent.Failed;
        if (succeeded >= together.Count)
        {
            return AlertDeliveryStatus.Sent;
        }

        if (one.Error is not null)
        {
            return AlertDeliveryStatus.Failed;
        }

        // Those whose errors are in the log have not succeeded: the successes are the others'.
        var silent = together.Count(other => other.Error is null);
        return (succeeded >= silent, together.Count, one.Sent.Failed) switch
        {
            (true, _, _) => AlertDeliveryStatus.Sent,
            (_, 1, > 0) => AlertDeliveryStatus.Failed,
            _ => AlertDeliveryStatus.Unknown,
        };
    }
}
