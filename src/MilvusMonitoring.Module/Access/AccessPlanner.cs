using MilvusMonitoring.KubePrometheus.Inventories;
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
    /// <summary>The ClusterRole of every release of kube-prometheus.</summary>
    private const string UsualRole = "prometheus-k8s";

    /// <summary>The role in an access that is complete, where the caller may not see which role gives it.</summary>
    private const string UnknownRole = "a role that you cannot read";

    private readonly PrometheusFinder _finder = new(client);
    private readonly AccountPermissions _permissions = new(client);
    private readonly ClusterRoleAccess _clusterRole = new(client);
    private readonly BindingAccess _binding = new(client);

    private string RoleName => request.ClusterRole ?? UsualRole;

    public async Task<AccessPlan> PlanGrantAsync(CancellationToken cancellationToken)
    {
        var inventories = ReadInventoriesAsync(cancellationToken);
        var finding = request.Monitor is { } monitor
            ? _finder.GetAsync(request.Prometheus, monitor, cancellationToken)
            : _finder.GetAsync(request.Prometheus, cancellationToken);
        await Task.WhenAll(inventories, finding).ConfigureAwait(false);
        var prometheus = await finding.ConfigureAwait(false);
        var known = await inventories.ConfigureAwait(false);
        var isOurs = IsOurs(known, prometheus);
        if (request.Namespaces.Count > 0)
        {
            return await PlanNamespacesAsync(
                    async name => [await PlanBindingAsync(prometheus, name, cancellationToken).ConfigureAwait(false)],
                    cancellationToken).ConfigureAwait(false);
        }

        var planned = ChooseMethod(isOurs) == AccessMethod.Binding
            ? await PlanBindingAsync(prometheus, null, cancellationToken).ConfigureAwait(false)
            : await PlanRoleAsync(prometheus, isOurs && known is not null, cancellationToken).ConfigureAwait(false);
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
        var role = await _clusterRole.PlanRevokeAsync(RoleName, prometheus, cancellationToken).ConfigureAwait(false);
        var inventories = await ReadInventoriesAsync(cancellationToken).ConfigureAwait(false);
        if (role.Writes.Count > 0 || ChooseMethod(IsOurs(inventories, prometheus)) == AccessMethod.ClusterRole)
        {
            return new AccessPlan([role], []);
        }

        var own = await _binding
            .PlanRevokeAsync(null, request.Prometheus.Namespace, cancellationToken)
            .ListIfPermittedAsync(sink).ConfigureAwait(false);
        return new AccessPlan(own.Count > 0 ? own : [role], []);
    }

    /// <summary>Another tool would remove what is added to a role of its own.</summary>
    private AccessMethod ChooseMethod(bool isOurs) =>
        request.Method ?? (isOurs || request.ClusterRole is not null ? AccessMethod.ClusterRole : AccessMethod.Binding);

    /// <summary>Lists the inventories; null if the user may not read them.</summary>
    private async Task<IReadOnlyList<Inventory>?> ReadInventoriesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await InventoryStore.ListAsync(client, sink, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return null;
        }
    }

    /// <summary>
    /// Whether this module installed the Prometheus, or the role that it would patch. Without inventories the account tells: in
    /// kube-prometheus it is named as the role.
    /// </summary>
    private bool IsOurs(IReadOnlyList<Inventory>? inventories, PrometheusServer? prometheus)
    {
        if (inventories is null)
        {
            return prometheus is null || prometheus.ServiceAccount == RoleName;
        }

        var role = ResourceType.ClusterRole.IdOf(null, RoleName);
        var id = prometheus is null ? role : ResourceType.Prometheus.IdOf(prometheus.Namespace, prometheus.Name);
        return inventories.Any(inventory => inventory.Entries.Any(entry => entry.LeftAlone is null && entry.Id == id));
    }

    private async Task<PlannedAccess> PlanRoleAsync(PrometheusServer prometheus, bool isOurs, CancellationToken cancellationToken)
    {
        var planned = await _clusterRole
            .FindGrantAsync(RoleName, prometheus, mayBeKept: isOurs, cancellationToken).ConfigureAwait(false);
        if (planned is { Writes.Count: 0 })
        {
            return planned;
        }

        var required = isOurs ? DiscoveryRole.EndpointSlice : prometheus.DiscoveryRole;
        return await FindCompleteAsync(prometheus, required, null, cancellationToken).ConfigureAwait(false)
            ?? planned
            ?? throw _clusterRole.CreateMissing(RoleName);
    }

    private async Task<PlannedAccess> PlanBindingAsync(
        PrometheusServer prometheus,
        string? place,
        CancellationToken cancellationToken)
    {
        var planned = await _binding.PlanGrantAsync(prometheus, place, cancellationToken).ConfigureAwait(false);
        return planned.Writes.Count == 0
            ? planned
            : await FindCompleteAsync(prometheus, prometheus.DiscoveryRole, place, cancellationToken).ConfigureAwait(false) ?? planned;
    }

    /// <summary>Finds an access that is complete already, whatever role gives it. Who may not ask goes on as if there were none.</summary>
    private async Task<PlannedAccess?> FindCompleteAsync(
        PrometheusServer prometheus,
        DiscoveryRole role,
        string? place,
        CancellationToken cancellationToken)
    {
        var required = DiscoveryRules.ListRequired(role);
        var account = (prometheus.Namespace, prometheus.ServiceAccount);
        if (!await _permissions.AreCompleteAsync(account, required, place, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false))
        {
            return null;
        }

        var holder = await _permissions
            .FindRoleAsync(account, required, place, cancellationToken)
            .IfPermittedAsync(sink).ConfigureAwait(false);
        return new PlannedAccess(
            new PrometheusAccess
            {
                Namespace = prometheus.Namespace,
                ServiceAccount = prometheus.ServiceAccount,
                Method = place is null ? request.Method ?? AccessMethod.ClusterRole : AccessMethod.Binding,
                TargetNamespace = place,
                Role = holder?.ToString() ?? UnknownRole,
                Rules = Permission.Describe(required),
                Action = ResourceAction.Unchanged,
                Context = client.Connection.Context,
                Kubeconfig = client.Connection.Kubeconfig,
                Server = client.Connection.Server,
            },
            []);
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
