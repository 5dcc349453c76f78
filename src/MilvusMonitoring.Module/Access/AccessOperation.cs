using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>What the user asks for.</summary>
/// <param name="Method">How to grant the access; null for what suits the stack.</param>
/// <param name="ClusterRole">The ClusterRole to add rules to; null for that of kube-prometheus.</param>
/// <param name="Namespaces">The namespaces to grant access in; empty for the whole cluster.</param>
/// <param name="Prometheus">The Prometheus that gets the access.</param>
internal sealed record AccessRequest(
    AccessMethod? Method,
    string? ClusterRole,
    IReadOnlyList<string> Namespaces,
    PrometheusChoice Prometheus)
{
    /// <summary>The monitor whose Prometheus is meant, if there are several; null if there is none.</summary>
    public MonitorChoice? Monitor { get; init; }
}

/// <summary>Grants or revokes access: makes a plan, which only reads, and executes it if the user agrees.</summary>
internal sealed class AccessOperation(ClusterClient client, IActivitySink sink, AccessRequest request, bool revoke)
{
    private readonly AccessPlanner _planner = new(client, sink, request);
    private readonly EscalationCheck _check = new(client, sink);

    /// <summary>Makes the plan, and checks that the caller has the permissions for all of its writes.</summary>
    /// <exception cref="MonitoringException">A permission or the target is missing.</exception>
    public async Task<AccessPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var plan = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (plan.Accesses.SelectMany(planned => planned.Writes).ToList() is { Count: > 0 } writes)
        {
            await _check.ThrowIfRefusedAsync(writes, cancellationToken).ConfigureAwait(false);
        }

        return plan;
    }

    /// <summary>Executes the plan for one access.</summary>
    public Task<PrometheusAccess> ExecuteAsync(PlannedAccess planned, CancellationToken cancellationToken) =>
        new AccessExecutor(client, sink).ExecuteAsync(planned, () => PlanAgainAsync(planned, cancellationToken), cancellationToken);

    private async Task<PlannedAccess> PlanAgainAsync(PlannedAccess planned, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false)).Accesses.FirstOrDefault(again =>
            again.Access.Role == planned.Access.Role) ?? planned with { Writes = [] };

    private Task<AccessPlan> ReadAsync(CancellationToken cancellationToken) =>
        revoke ? _planner.PlanRevokeAsync(cancellationToken) : _planner.PlanGrantAsync(cancellationToken);
}
