using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>
/// The metadata of many objects. One list reads several objects of one kind in one namespace; single reads get the others.
/// </summary>
/// <param name="Found">The objects that exist.</param>
/// <param name="Denied">The reads that the server denied.</param>
internal sealed record MetadataSnapshot(IReadOnlyDictionary<ResourceId, ObjectMetadata> Found, IReadOnlyList<DeniedRead> Denied)
{
    /// <summary>The number of objects from which on one list is cheaper than single reads.</summary>
    private const int WorthAList = 4;

    /// <summary>Reads the metadata of the objects that exist.</summary>
    /// <param name="throttleLimit">The number of parallel requests.</param>
    /// <exception cref="MonitoringException">The server denied reads: one error describes the missing permissions of all.</exception>
    public static async Task<IReadOnlyDictionary<ResourceId, ObjectMetadata>> ReadAsync(
        ClusterClient client,
        IEnumerable<(ResourceId Id, ResourceType Type)> wanted,
        int throttleLimit,
        CancellationToken cancellationToken)
    {
        var snapshot = await ReadPermittedAsync(client, wanted, throttleLimit, cancellationToken).ConfigureAwait(false);
        return snapshot.Denied.Count == 0 ? snapshot.Found : throw DeniedReads.CreateError(snapshot.Denied);
    }

    /// <summary>Reads the metadata of the objects that exist and that the user may read.</summary>
    /// <param name="throttleLimit">The number of parallel requests.</param>
    public static async Task<MetadataSnapshot> ReadPermittedAsync(
        ClusterClient client,
        IEnumerable<(ResourceId Id, ResourceType Type)> wanted,
        int throttleLimit,
        CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<ResourceId, ObjectMetadata>();
        var denied = new ConcurrentBag<DeniedRead>();
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
        return new MetadataSnapshot(found, [.. denied]);

        async Task ReadListAsync(ResourceType type, string? namespaceName, HashSet<ResourceId> ids, CancellationToken token)
        {
            try
            {
                await foreach (var metadata in client.ListMetadataAsync(type, namespaceName, string.Empty, token).ConfigureAwait(false))
                {
                    var id = type.IdOf(metadata.Namespace, metadata.Name);
                    if (ids.Contains(id))
                    {
                        found[id] = metadata;
                    }
                }
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                denied.Add(new DeniedRead(type, namespaceName, "list", ids, exception));
            }
        }

        async Task ReadOneAsync(ResourceType type, ResourceId id, CancellationToken token)
        {
            try
            {
                if (await client.FindMetadataAsync(type, id, token).ConfigureAwait(false) is { } metadata)
                {
                    found[id] = metadata;
                }
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                denied.Add(new DeniedRead(type, id.Namespace, "get", [id], exception));
            }
        }
    }
}
