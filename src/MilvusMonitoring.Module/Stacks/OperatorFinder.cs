using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Stacks;

/// <summary>Finds the Prometheus operators of a cluster in one listing.</summary>
internal static class OperatorFinder
{
    /// <summary>Lists the operators. A user without permission to list Deployments gets a warning.</summary>
    public static async Task<IReadOnlyList<StackOperator>> ListAsync(
        ClusterClient client,
        IActivitySink sink,
        CancellationToken cancellationToken)
    {
        try
        {
            var deployments = client.ListAsync(ResourceType.Deployment, null, string.Empty, cancellationToken);
            var found = new List<StackOperator>();
            await foreach (var live in deployments.ConfigureAwait(false))
            {
                if (StackWorkload.Find(ResourceType.Deployment, live) is { } workload && StackOperator.Find(workload) is { } own)
                {
                    found.Add(own);
                }
            }

            return found;
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Warning($"The cluster was not searched for another Prometheus operator: {exception.Message}");
            return [];
        }
    }
}
