using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Reads once whether objects are ready.</summary>
internal static class ReadinessSnapshot
{
    /// <summary>Reads every object whose kind can be ready.</summary>
    public static async Task<ReadinessBoard> ReadAsync(
        ClusterClient client,
        IEnumerable<(ResourceId Id, ResourceType Type)> objects,
        int throttleLimit,
        CancellationToken cancellationToken)
    {
        var wanted = objects.Where(item => Readiness.Knows(item.Id)).ToList();
        var board = new ReadinessBoard(wanted.Select(item => item.Id));
        var reads = wanted.Concat(board.BackingStatefulSets.Select(id => (Id: id, Type: ResourceType.StatefulSet)));
        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(reads, options, async (item, token) =>
        {
            if (await client.FindAsync(item.Type, item.Id, token).ConfigureAwait(false) is { } live)
            {
                board.Observe(item.Id, JsonSlice.Parse(live));
            }
        }).ConfigureAwait(false);
        return board;
    }
}
