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
        try
        {
            var missing = await MissingAsync(writes, cancellationToken).ConfigureAwait(false);
            if (missing.Count > 0)
            {
                throw Refused(missing, writes);
            }
        }
        catch (MonitoringException exception)
            when (exception.ErrorId is ErrorId.PermissionDenied or ErrorId.KindNotFound && exception.Target == AccessReview.Question)
        {
            sink.Verbose($"What the user may do could not be asked, so the server decides: {exception.Message}");
        }
    }

    private async Task<IReadOnlyList<Demand>> MissingAsync(IReadOnlyList<RoleWrite> writes, CancellationToken cancellationToken)
    {
        var needed = writes.SelectMany(write => write.Needed.Select(permission => new Demand(permission, write.Id.Namespace)));
        var overrides = writes
            .Where(write => write.Override is not null)
            .ToDictionary(write => write, write => new Demand(write.Override!, write.Id.Namespace));
        var refused = await RefusedAsync(needed.Concat(overrides.Values), cancellationToken).ConfigureAwait(false);
        var held = await RefusedAsync(
                overrides
                    .Where(item => refused.Contains(item.Value))
                    .SelectMany(item =>
                        item.Key.Granted.SelectMany(rule => rule.Permissions)
                            .Select(permission => new Demand(permission, item.Key.Id.Namespace))),
                cancellationToken).ConfigureAwait(false);
        return [.. needed.Where(refused.Contains).Distinct(), .. held];
    }

    private async Task<IReadOnlySet<Demand>> RefusedAsync(IEnumerable<Demand> demands, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<Demand, bool>();
        var all = demands.Distinct().ToList();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = ClusterClient.UsualThrottleLimit,
            CancellationToken = cancellationToken,
        };
        await Parallel
            .ForEachAsync(all, options, async (demand, token) =>
                answers[demand] = await AccessReview.MayAsync(client, demand.Permission, demand.Namespace, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return all.Where(demand => !answers[demand]).ToHashSet();
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
