using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Dashboards;

/// <summary>Finds the Milvus whose series dashboards show.</summary>
internal sealed class ShownMilvusFinder(ClusterClient client, IActivitySink sink)
{
    /// <summary>Lists the Milvus that the user names, or every Milvus.</summary>
    /// <returns>The Milvus; empty if there is none, or if the user may not read them.</returns>
    /// <exception cref="MonitoringException">The user names a Milvus that is not there.</exception>
    public async Task<IReadOnlyList<ShownMilvus>> ListAsync(
        IReadOnlyList<(string? Namespace, string Name)> named,
        CancellationToken cancellationToken)
    {
        var finder = new InstanceFinder(client, sink);
        if (named.Count == 0)
        {
            var all = await finder.ListAsync(null, _ => true, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
            return [.. all.Select(Read)];
        }

        var found = new List<ShownMilvus>();
        foreach (var (place, name) in named)
        {
            found.Add(Read(await finder.GetAsync(name, place, cancellationToken).ConfigureAwait(false)));
        }

        return found;
    }

    private static ShownMilvus Read(FoundInstance found) =>
        new(MilvusSeries.Of(found), MilvusVersion.ParseAll(found.Instance.AppVersion));
}
