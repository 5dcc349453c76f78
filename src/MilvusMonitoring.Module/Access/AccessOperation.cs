using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>Grants or revokes: first the plan, by reading only; then, if the user agrees, the writes.</summary>
internal sealed class AccessOperation(ClusterClient client, IActivitySink sink, AccessRequest request, bool revoke)
{
    private readonly AccessPlanner _planner = new(client, request);
    private readonly EscalationCheck _check = new(client, sink);

    /// <summary>Makes the plan, and sees that the caller may carry all of it out.</summary>
    /// <exception cref="MonitoringException">Nothing can be done.</exception>
    public async Task<AccessPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var plan = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (plan.Accesses.SelectMany(planned => planned.Writes).ToList() is { Count: > 0 } writes)
        {
            await _check.ThrowIfRefusedAsync(writes, cancellationToken).ConfigureAwait(false);
        }

        return plan;
    }

    /// <summary>Carries out the plan for one access.</summary>
    public Task<PrometheusAccess> RunAsync(PlannedAccess planned, CancellationToken cancellationToken) =>
        new AccessWriter(client, sink).WriteAsync(
            planned,
            async () => await PlanAgainAsync(planned, cancellationToken).ConfigureAwait(false),
            cancellationToken);

    private async Task<PlannedAccess> PlanAgainAsync(PlannedAccess planned, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false)).Accesses.FirstOrDefault(again =>
            again.Access.Role == planned.Access.Role) ?? planned with { Writes = [] };

    private Task<AccessPlan> ReadAsync(CancellationToken cancellationToken) =>
        revoke ? _planner.ToRevokeAsync(cancellationToken) : _planner.ToGrantAsync(cancellationToken);
}
