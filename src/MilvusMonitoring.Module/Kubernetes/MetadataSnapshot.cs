using System.Collections.Concurrent;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Reads the metadata of many objects: a list where several of one kind live in one namespace, single reads for the others.</summary>
internal static class MetadataSnapshot
{
    private const int WorthAList = 4;

    /// <summary>Reads the metadata.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="wanted">Which objects.</param>
    /// <param name="throttleLimit">How many requests at once.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The objects that are there.</returns>
    public static async Task<IReadOnlyDictionary<ResourceId, ObjectMetadata>> ReadAsync(
        ClusterClient client, IEnumerable<(ResourceId Id, ResourceType Type)> wanted, int throttleLimit, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<ResourceId, ObjectMetadata>();
        var reads = new List<Func<CancellationToken, Task>>();
        foreach (var group in wanted.GroupBy(item => (item.Type, item.Id.Namespace)))
        {
            var ids = group.Select(item => item.Id).ToHashSet();
            if (ids.Count >= WorthAList)
            {
                reads.Add(token => ReadListAsync(group.Key.Type, group.Key.Namespace, ids, token));
            }
            else
            {
                reads.AddRange(ids.Select(id => (Func<CancellationToken, Task>)(token => ReadOneAsync(group.Key.Type, id, token))));
            }
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(reads, options, async (read, token) => await read(token).ConfigureAwait(false)).ConfigureAwait(false);
        return found;

        async Task ReadListAsync(ResourceType type, string? namespaceName, HashSet<ResourceId> ids, CancellationToken token)
        {
            await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, string.Empty, token).ConfigureAwait(false))
            {
                var id = new ResourceId(type.Group, type.Kind, metadata.Namespace, metadata.Name);
                if (ids.Contains(id))
                {
                    found[id] = metadata;
                }
            }
        }

        async Task ReadOneAsync(ResourceType type, ResourceId id, CancellationToken token)
        {
            if (await client.FindMetadataAsync(type, id, token).ConfigureAwait(false) is { } metadata)
            {
                found[id] = metadata;
            }
        }
    }
}
