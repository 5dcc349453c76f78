using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>What Grant or Revoke will write.</summary>
/// <param name="Accesses">Each access with its writes.</param>
/// <param name="Errors">An error for each namespace in which nothing can be done.</param>
internal sealed record AccessPlan(IReadOnlyList<PlannedAccess> Accesses, IReadOnlyList<MonitoringException> Errors);

/// <summary>Decides what Grant or Revoke writes. Only reads.</summary>
internal sealed class AccessPlanner(ClusterClient client, IActivitySink sink, AccessRequest request)
{
    private readonly PrometheusFinder _finder = new(client);
    private readonly ClusterRoleAccess _clusterRole = new(client);
    private readonly BindingAccess _binding = new(client);

    public async Task<AccessPlan> PlanGrantAsync(CancellationToken cancellationToken)
    {
        var prometheus = await _finder.GetAsync(request.Prometheus, cancellationToken).ConfigureAwait(false);
        if (request.Namespaces.Count > 0)
        {
            return await PlanNamespacesAsync(
                    async name => [await _binding.PlanGrantAsync(prometheus, name, cancellationToken).ConfigureAwait(false)],
                    cancellationToken).ConfigureAwait(false);
        }

        var planned = request.Method == AccessMethod.Binding
            ? await _binding.PlanGrantAsync(prometheus, null, cancellationToken).ConfigureAwait(false)
            : await _clusterRole.PlanGrantAsync(request.ClusterRole, prometheus, cancellationToken).ConfigureAwait(false);
        return new AccessPlan([planned], []);
    }

    public async Task<AccessPlan> PlanRevokeAsync(CancellationToken cancellationToken)
    {
        if (request.Namespaces.Count > 0)
        {
            return await PlanNamespacesAsync(
                    name => _binding.PlanRevokeAsync(name, request.Prometheus.Namespace, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
        }

        if (request.Method == AccessMethod.Binding)
        {
            var bindings = await _binding.PlanRevokeAsync(null, request.Prometheus.Namespace, cancellationToken).ConfigureAwait(false);
            return new AccessPlan(bindings, []);
        }

        var prometheus = await _finder.FindAsync(request.Prometheus, cancellationToken).ConfigureAwait(false);
        var planned = await _clusterRole.PlanRevokeAsync(request.ClusterRole, prometheus, cancellationToken).ConfigureAwait(false);
        return new AccessPlan([planned], []);
    }

    private async Task<AccessPlan> PlanNamespacesAsync(
        Func<string, Task<IReadOnlyList<PlannedAccess>>> plan,
        CancellationToken cancellationToken)
    {
        var planned = new List<PlannedAccess>();
        var errors = new List<MonitoringException>();
        foreach (var name in request.Namespaces.Distinct(StringComparer.Ordinal))
        {
            try
            {
                // A user with permission to write roles in a namespace may lack permission to read the namespace itself.
                if (await ExistsAsync(name, cancellationToken).IfPermittedAsync(sink, otherwise: true).ConfigureAwait(false))
                {
                    planned.AddRange(await plan(name).ConfigureAwait(false));
                }
                else
                {
                    errors.Add(
                        new MonitoringException(
                            ErrorId.ObjectNotFound,
                            $"Namespace/{name} is not in {client.Connection.Context}",
                            "create the namespace first, or correct the name",
                            $"Namespace/{name}"));
                }
            }
            catch (MonitoringException exception) when (!ClusterFailure.AffectsEveryRequest(exception))
            {
                errors.Add(exception);
            }
        }

        return new AccessPlan(planned, errors);
    }

    private async Task<bool> ExistsAsync(string namespaceName, CancellationToken cancellationToken)
    {
        var id = ResourceType.Namespace.IdOf(null, namespaceName);
        return await client.FindMetadataAsync(ResourceType.Namespace, id, cancellationToken).ConfigureAwait(false) is not null;
    }
}
