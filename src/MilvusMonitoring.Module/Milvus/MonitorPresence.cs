using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Milvus;

/// <summary>Says of instances whether their monitors are in the cluster.</summary>
internal static class MonitorPresence
{
    /// <summary>Looks for the monitor of each instance.</summary>
    public static async Task<IReadOnlyList<MilvusInstance>> AddMonitorStateAsync(
        ClusterClient client,
        IReadOnlyList<FoundInstance> instances,
        CancellationToken cancellationToken
    ) => await Task.WhenAll(instances.Select(found => LookAsync(client, found, cancellationToken))).ConfigureAwait(false);

    private static async Task<MilvusInstance> LookAsync(ClusterClient client, FoundInstance found, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await client.FindMetadataAsync(found.MonitorType, found.MonitorId, cancellationToken).ConfigureAwait(false);
            return found.Instance with { MonitorEnabled = metadata is not null };
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return found.Instance;
        }
    }
}
