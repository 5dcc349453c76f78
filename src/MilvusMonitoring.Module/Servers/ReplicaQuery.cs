namespace MilvusMonitoring.Servers;

/// <summary>The response of one replica of Prometheus.</summary>
/// <param name="Name">The replica: its pod, or its address.</param>
/// <param name="Value">The response; default if there is none.</param>
/// <param name="Error">Why there is no response; null if there is one.</param>
internal sealed record ReplicaAnswer<T>(string Name, T? Value, MonitoringException? Error)
{
    /// <summary>Whether the caller named the address, and so says that it is a Prometheus.</summary>
    public bool IsNamed { get; init; }

    /// <summary>The same answer with another value, if there is one.</summary>
    public ReplicaAnswer<TOther> Select<TOther>(Func<T, TOther> select)
        where TOther : class =>
        new(Name, Value is null ? null : select(Value), Error) { IsNamed = IsNamed };
}

/// <summary>Sends a request to all replicas at once. A replica that fails leaves the others their responses.</summary>
internal static class ReplicaQuery
{
    /// <summary>Sends a request, and merges the responses of the shards of one set.</summary>
    public static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>>> ListMergedAsync<T>(
        IReadOnlyList<PrometheusReplica> replicas,
        Func<PrometheusApi, Task<IReadOnlyList<T>?>> send)
    {
        return MergeShards(await ListAsync(replicas, send).ConfigureAwait(false), replicas);
    }

    /// <summary>Merges the responses of the shards of each set.</summary>
    /// <param name="answers">The response of each replica.</param>
    /// <param name="replicas">The replicas, in the same order.</param>
    public static IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>> MergeShards<T>(
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>> answers,
        IReadOnlyList<PrometheusReplica> replicas)
    {
        var sets = answers.Zip(replicas).GroupBy(item => item.Second.Set, item => item.First);
        return [.. sets.Select(set => MergeShards([.. set]))];
    }

    public static async Task<IReadOnlyList<ReplicaAnswer<T>>> ListAsync<T>(
        IReadOnlyList<PrometheusReplica> replicas,
        Func<PrometheusApi, Task<T?>> send)
        where T : class =>
        await Task.WhenAll(replicas.Select(replica => GetAsync(replica, send))).ConfigureAwait(false);

    /// <summary>Merges the responses of shards, each of which scrapes a part of the targets; an error of one is the error of all.</summary>
    public static ReplicaAnswer<IReadOnlyList<T>> MergeShards<T>(IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>> shards) =>
        shards.FirstOrDefault(shard => shard.Error is not null)
        ?? new ReplicaAnswer<IReadOnlyList<T>>(
            JoinNames(shards),
            shards.Any(shard => shard.Value is null) ? null : [.. shards.SelectMany(shard => shard.Value!)],
            null);

    public static string JoinNames<T>(IReadOnlyList<ReplicaAnswer<T>> replicas) =>
        string.Join(" and ", replicas.Select(replica => replica.Name));

    private static async Task<ReplicaAnswer<T>> GetAsync<T>(PrometheusReplica replica, Func<PrometheusApi, Task<T?>> send)
        where T : class
    {
        try
        {
            return new ReplicaAnswer<T>(replica.Name, await send(replica.Api).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception)
        {
            return new ReplicaAnswer<T>(replica.Name, default, exception) { IsNamed = replica.IsNamed };
        }
    }
}
