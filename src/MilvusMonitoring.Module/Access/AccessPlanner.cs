using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>What is to be done, and what already cannot be.</summary>
/// <param name="Accesses">Each access with its writes.</param>
/// <param name="Errors">One for each namespace that cannot be granted in.</param>
internal sealed record AccessPlan(IReadOnlyList<PlannedAccess> Accesses, IReadOnlyList<MonitoringException> Errors);

/// <summary>Decides, by reading only, what Grant or Revoke has to write.</summary>
internal sealed class AccessPlanner(ClusterClient client, AccessRequest request)
{
    private readonly PrometheusFinder _finder = new(client);
    private readonly ClusterRoleAccess _clusterRole = new(client);
    private readonly BindingAccess _binding = new(client);

    /// <summary>Plans to grant.</summary>
    public async Task<AccessPlan> ToGrantAsync(CancellationToken cancellationToken)
    {
        var prometheus = await _finder.GetAsync(request.Prometheus, cancellationToken).ConfigureAwait(false);
        if (request.Namespaces.Count > 0)
        {
            return await InNamespacesAsync(
                    async name => [await _binding.ToGrantAsync(prometheus, name, cancellationToken).ConfigureAwait(false)],
                    cancellationToken).ConfigureAwait(false);
        }

        var planned = request.Method == AccessMethod.Binding
            ? await _binding.ToGrantAsync(prometheus, null, cancellationToken).ConfigureAwait(false)
            : await _clusterRole.ToGrantAsync(request.ClusterRole, prometheus, cancellationToken).ConfigureAwait(false);
        return new AccessPlan([planned], []);
    }

    /// <summary>Plans to revoke.</summary>
    public async Task<AccessPlan> ToRevokeAsync(CancellationToken cancellationToken)
    {
        if (request.Namespaces.Count > 0)
        {
            return await InNamespacesAsync(
                    name => _binding.ToRevokeAsync(name, request.Prometheus.Namespace, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
        }

        if (request.Method == AccessMethod.Binding)
        {
            return new AccessPlan(
                await _binding.ToRevokeAsync(null, request.Prometheus.Namespace, cancellationToken).ConfigureAwait(false),
                []);
        }

        var prometheus = await _finder.FindAsync(request.Prometheus, cancellationToken).ConfigureAwait(false);
        return new AccessPlan(
            [await _clusterRole.ToRevokeAsync(request.ClusterRole, prometheus, cancellationToken).ConfigureAwait(false)],
            []);
    }

    private async Task<AccessPlan> InNamespacesAsync(
        Func<string, Task<IReadOnlyList<PlannedAccess>>> plan,
        CancellationToken cancellationToken)
    {
        var planned = new List<PlannedAccess>();
        var errors = new List<MonitoringException>();
        foreach (var name in request.Namespaces.Distinct(StringComparer.Ordinal))
        {
            try
            {
                if (await IsThereAsync(name, cancellationToken).ConfigureAwait(false))
                {
                    planned.AddRange(await plan(name).ConfigureAwait(false));
                }
                else
                {
                    errors.Add(
                        new MonitoringException(
                            ErrorId.ObjectNotFound,
                            $"Namespace/{name} is not in {client.Connection.Context}",
                            "create it first, or correct the name",
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

    private async Task<bool> IsThereAsync(string namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            return await client
                .FindMetadataAsync(
                    ResourceType.Namespace,
                    new ResourceId(string.Empty, "Namespace", null, namespaceName),
                    cancellationToken).ConfigureAwait(false)
                is not null;
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // Who may write roles in a namespace need not be allowed to read the namespace itself.
            return true;
        }
    }
}
