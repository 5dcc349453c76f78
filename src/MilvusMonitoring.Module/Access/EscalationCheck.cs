using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>
/// Checks before the first write that the caller has permission for every write. Without the check, the server could refuse a write after
/// others are done: it refuses to grant what the caller does not hold.
/// </summary>
internal sealed class EscalationCheck(ClusterClient client, IActivitySink sink)
{
    /// <exception cref="MonitoringException">Permissions are missing: one error names all of them.</exception>
    public async Task ThrowIfRefusedAsync(IReadOnlyList<RoleWrite> writes, CancellationToken cancellationToken)
    {
        var (missing, failure) = await ListMissingAsync(writes, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            sink.Verbose($"The user's permissions could not be checked in advance: {failure.Message}");
        }
        else if (missing.Count > 0)
        {
            throw CreateRefused(missing, writes);
        }
    }

    private async Task<(IReadOnlyList<Demand> Missing, MonitoringException? Failure)> ListMissingAsync(
        IReadOnlyList<RoleWrite> writes,
        CancellationToken cancellationToken)
    {
        var needed = writes.SelectMany(write => write.Needed.Select(permission => new Demand(permission, write.Id.Namespace)));
        var overrides = writes
            .Where(write => write.Override is not null)
            .ToDictionary(write => write, write => new Demand(write.Override!, write.Id.Namespace));
        var (refused, failure) = await ListRefusedAsync(needed.Concat(overrides.Values), cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return ([], failure);
        }

        var granted = overrides
            .Where(item => refused.Contains(item.Value))
            .SelectMany(item => item.Key.Granted
                .SelectMany(rule => rule.Permissions)
                .Select(permission => new Demand(permission, item.Key.Id.Namespace)));
        (var notHeld, failure) = await ListRefusedAsync(granted, cancellationToken).ConfigureAwait(false);
        return ([.. needed.Where(refused.Contains).Distinct(), .. notHeld], failure);
    }

    private async Task<(IReadOnlySet<Demand> Refused, MonitoringException? Failure)> ListRefusedAsync(
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

    private MonitoringException CreateRefused(IReadOnlyList<Demand> missing, IReadOnlyList<RoleWrite> writes)
    {
        var lacks = missing.GroupBy(demand => demand.Namespace).Select(group =>
        {
            var scope = group.Key is null ? "in the whole cluster" : "in namespace " + group.Key;
            return $"{Permission.Describe(group.Select(demand => demand.Permission))} {scope}";
        });
        var overrides = writes
            .Select(write => write.Override)
            .OfType<Permission>()
            .Select(permission => $"\"{permission.Verb}\" on {permission.Resource}")
            .Distinct()
            .ToList();
        var verbs = overrides.Count == 0 ? string.Empty : " or the verbs " + string.Join(" and ", overrides);
        var target = writes[0].Id.ToString();
        return new MonitoringException(
            ErrorId.PermissionDenied,
            $"Cannot write {target}: the user of context {client.Connection.Context} lacks {string.Join(", and ", lacks)}, "
                + "and nobody may grant permissions that they do not hold. Nothing was changed",
            "run the command as a cluster administrator (on AKS: with credentials from --admin), "
                + $"or ask for these permissions{verbs}; {DeniedText.SeeRules}",
            target);
    }

    private sealed record Demand(Permission Permission, string? Namespace);
}
