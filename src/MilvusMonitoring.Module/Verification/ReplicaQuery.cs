using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>The response of one replica of Prometheus.</summary>
/// <param name="Name">The replica: its pod, or its address.</param>
/// <param name="Value">The response; default if there is none.</param>
/// <param name="Error">Why there is no response; null if there is one.</param>
internal sealed record ReplicaAnswer<T>(string Name, T? Value, MonitoringException? Error)
{
    /// <summary>Whether the caller named the address, and so says that it is a Prometheus.</summary>
    public bool IsNamed { get; init; }
}

/// <summary>Sends a request to all replicas at once. A replica that fails leaves the others their responses.</summary>
internal static class ReplicaQuery
{
    /// <summary>Sends a request, and merges the responses of the shards of one set.</summary>
    public static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>>> ListMergedAsync<T>(
        IReadOnlyList<PrometheusReplica> replicas,
        Func<PrometheusApi, Task<IReadOnlyList<T>?>> send)
    {
        var answers = await ListAsync(replicas, send).ConfigureAwait(false);
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
            ReplicaRule.JoinNames(shards),
            shards.Any(shard => shard.Value is null) ? null : [.. shards.SelectMany(shard => shard.Value!)],
            null);

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

/// <summary>What replicas without a response mean for a check.</summary>
internal static class ReplicaRule
{
    /// <summary>
    /// Finds the first failure among the replicas. A replica that does not respond is a fault, and so is an address of the caller that is
    /// no Prometheus. A replica that refuses the caller, or responds with something else, leaves the check unknown.
    /// </summary>
    public static Finding? FindFailure<T>(string target, IReadOnlyList<ReplicaAnswer<T>> replicas)
    {
        if (replicas.Count == 0)
        {
            return Finding.Failed(target, "no pod of it is ready", Remedies.DescribeManual($"Have a pod of {target} become ready."));
        }

        if (replicas.FirstOrDefault(replica => replica.Error?.ErrorId == ErrorId.CertificateNotTrusted) is { } untrusted)
        {
            return Finding.FromError(CheckStatus.Failed, target, untrusted.Error!) with { IsOfOtherServer = true };
        }

        if (replicas.FirstOrDefault(replica => replica.Error?.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut) is { } silent)
        {
            var remedy = silent.Error!.Remedy is { } text
                ? $"{char.ToUpperInvariant(text[0])}{text[1..]}."
                : $"See that {silent.Name} runs and can be reached from here; give another address with -PrometheusUri.";
            return Finding.Failed(target, OneLine.TrimPunctuation(silent.Error.Reason), Remedies.DescribeManual(remedy));
        }

        if (replicas.FirstOrDefault(replica => replica is { IsNamed: true, Error.ErrorId: ErrorId.ResponseInvalid }) is { } other)
        {
            return Finding.Failed(
                target,
                OneLine.TrimPunctuation(other.Error!.Message),
                Remedies.DescribeManual("Give the address of Prometheus itself, up to the end of its path, with -PrometheusUri."));
        }

        return replicas.FirstOrDefault(replica => replica.Error is not null) is { } refusing
            ? Finding.FromError(
                CheckStatus.Unknown,
                target,
                refusing.Error!,
                Remedies.DescribeManual("Give an address of Prometheus that you may ask with -PrometheusUri.")) with
            {
                IsOfOtherServer = refusing.Error!.ErrorId == ErrorId.NotAuthenticated && refusing.IsNamed,
            }
            : null;
    }

    public static string JoinNames<T>(IReadOnlyList<ReplicaAnswer<T>> replicas) =>
        string.Join(" and ", replicas.Select(replica => replica.Name));
}
