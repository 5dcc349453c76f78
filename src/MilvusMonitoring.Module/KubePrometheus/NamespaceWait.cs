using System.Text.Json;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Waits for a namespace that is terminating, and names what holds it when it does not go.</summary>
internal static class NamespaceWait
{
    private static readonly HashSet<string?> Holding =
    [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
    ];

    /// <summary>Waits until the namespace is gone.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.NamespaceTerminating"/>: the time is over.</exception>
    public static async Task UntilGoneAsync(ClusterClient client, ResourceType type, ResourceId id, string uid, Deadline deadline)
    {
        try
        {
            await new ObjectWatch(client).UntilGoneAsync(type, id, uid, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            var body = await client.FindAsync(type, id, limit.Token).ConfigureAwait(false);
            var holds = body is null ? [] : WhatHolds(JsonSlice.Parse(body.Value, "status"));
            throw new MonitoringException(
                ErrorId.NamespaceTerminating,
                $"{id} is still terminating after {deadline.Limit.TotalSeconds:0} s{(holds.Count == 0 ? string.Empty : ": " + string.Join("; ", holds))}; remove what holds it, and run the command again.",
                id.ToString());
        }
    }

    /// <summary>What the namespace controller says holds a namespace.</summary>
    public static IReadOnlyList<string> WhatHolds(JsonElement status) =>
        [.. status.Items("conditions")
            .Where(condition => condition.Text("status") == "True" && Holding.Contains(condition.Text("type")))
            .Select(condition => condition.Text("message"))
            .OfType<string>()];
}
