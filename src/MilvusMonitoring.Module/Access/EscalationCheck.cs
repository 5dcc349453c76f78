using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>
/// Asks, before anything is written, whether the caller may do every write; the server would refuse the first one that grants what the
/// caller does not hold, perhaps with others done.
/// </summary>
internal sealed class EscalationCheck(ClusterClient client, IActivitySink sink)
{
    /// <summary>Asks.</summary>
    /// <exception cref="MonitoringException">Something is missing: one error that names all of it.</exception>
    public async Task ThrowIfRefusedAsync(IReadOnlyList<RoleWrite> writes, CancellationToken cancellationToken)
    {
        var (missing, failure) = await MissingAsync(writes, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            sink.Verbose($"The access review failed, so the server decides at the write: {failure.Message}");
        }
        else if (missing.Count > 0)
        {
            throw Refused(missing, writes);
        }
    }

    private async Task<(IReadOnlyList<Demand> Missing, MonitoringException? Failure)> MissingAsync(
        IReadOnlyList<RoleWrite> writes,
        CancellationToken cancellationToken)
    {
        var needed = writes.SelectMany(write => write.Needed.Select(permission => new Demand(permission, write.Id.Namespace)));
        var overrides = writes
            .Where(write => write.Override is not null)
            .ToDictionary(write => write, write => new Demand(write.Override!, write.Id.Namespace));
        var (refused, failure) = await RefusedAsync(needed.Concat(overrides.Values), cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return ([], failure);
        }

        var granted = overrides
            .Where(item => refused.Contains(item.Value))
            .SelectMany(item =>
                item.Key.Granted.SelectMany(rule => rule.Permissions)
                    .Select(permission => new Demand(permission, item.Key.Id.Namespace)));
        (var held, failure) = await RefusedAsync(granted, cancellationToken).ConfigureAwait(false);
        return ([.. needed.Where(refused.Contains).Distinct(), .. held], failure);
    }

    private async Task<(IReadOnlySet<Demand> Refused, MonitoringException? Failure)> RefusedAsync(
        IEnumerable<Demand> demands,
        CancellationToken cancellationToken)
    {
        var reviews = new ConcurrentDictionary<Demand, AccessReviewResult>();
        var all = demands.Distinct().ToList();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = ClusterClient.DefaultThrottleLimit,
            CancellationToken = cancellationToken,
        };
        await Parallel
            .ForEachAsync(all, options, async (demand, token) =>
                reviews[demand] = await AccessReview.ReviewAsync(client, demand.Permission, demand.Namespace, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return (
            all.Where(demand => !reviews[demand].IsAllowed).ToHashSet(),
            reviews.Values.Select(review => review.Failure).FirstOrDefault(failure => failure is not null));
    }

    private MonitoringException Refused(IReadOnlyList<Demand> missing, IReadOnlyList<RoleWrite> writes)
    {
        var places = missing
            .GroupBy(demand => demand.Namespace)
            .Select(group =>
                $"{Permission.Describe(group.Select(demand => demand.Permission))} {(group.Key is null ? "in the whole cluster" : "in namespace " + group.Key)}"
            );
        var overrides = writes
            .Select(write => write.Override)
            .OfType<Permission>()
            .Select(permission => $"\"{permission.Verb}\" on {permission.Resource}")
            .Distinct();
        var target = writes[0].Id.ToString();
        return new MonitoringException(
            ErrorId.PermissionDenied,
            $"Cannot write {target}: the user of context {client.Connection.Context} lacks {string.Join(", and ", places)}, and nobody may hand out what they do not hold. Nothing was changed; "
                + $"run it as a cluster administrator (on AKS: credentials got with --admin), or ask for these permissions{(overrides.Any() ? " or the verbs " + string.Join(" and ", overrides) : string.Empty)}.",
            target);
    }

    private sealed record Demand(Permission Permission, string? Namespace);
}
