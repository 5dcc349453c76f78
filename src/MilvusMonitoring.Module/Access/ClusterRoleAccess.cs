using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>Plans what Grant and Revoke change in the ClusterRole that the stack brings.</summary>
internal sealed class ClusterRoleAccess(ClusterClient client)
{
    /// <summary>Plans to add what the role lacks.</summary>
    /// <exception cref="MonitoringException">There is no such role, or its rules are not its own.</exception>
    public async Task<PlannedAccess> ToGrantAsync(string name, PrometheusServer prometheus, CancellationToken cancellationToken)
    {
        var id = IdOf(name);
        var role = await ReadAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new MonitoringException(
            ErrorId.ObjectNotFound,
            $"{id} is not in {client.Connection.Context}",
            "run Install-KubePrometheus first, name Prometheus's role with -ClusterRole, or use -Method Binding, which needs none",
            id.ToString());
        if (role["aggregationRule"] is JsonObject)
        {
            throw new MonitoringException(
                ErrorId.RoleAggregated,
                $"{id} has an aggregationRule: the cluster gathers its rules from other roles and would soon take an added one away",
                "use -Method Binding, which leaves it alone",
                id.ToString());
        }

        var patch = RolePatch.ToGrant(role);
        return Planned(id, prometheus, patch, role, DiscoveryRules.Text);
    }

    /// <summary>Plans to take away what Grant has added; nothing where the role is gone.</summary>
    public async Task<PlannedAccess> ToRevokeAsync(string name, PrometheusServer? prometheus, CancellationToken cancellationToken)
    {
        var id = IdOf(name);
        var role = await ReadAsync(id, cancellationToken).ConfigureAwait(false) ?? [];
        var patch = RolePatch.ToRevoke(role);
        return Planned(id, prometheus, patch, role, Permission.Describe(patch.Changed.SelectMany(rule => rule.Permissions)));
    }

    private static ResourceId IdOf(string name) => new(ResourceType.ClusterRole.Group, ResourceType.ClusterRole.Kind, null, name);

    private PlannedAccess Planned(ResourceId id, PrometheusServer? prometheus, RolePatch patch, JsonObject role, string rules)
    {
        var access = new PrometheusAccess
        {
            Namespace = prometheus?.Namespace,
            ServiceAccount = prometheus?.ServiceAccount,
            Method = AccessMethod.ClusterRole,
            Role = id.ToString(),
            Rules = rules,
            Action = patch.IsEmpty ? ResourceAction.Unchanged : ResourceAction.Configured,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
            Server = client.Connection.Server,
        };
        return new PlannedAccess(access, patch.IsEmpty ? [] : [Write(id, patch, role)]);
    }

    /// <summary>The server looks at all rules of a role that is changed, not only at those that are new.</summary>
    private static RoleWrite Write(ResourceId id, RolePatch patch, JsonObject role) =>
        new(ResourceType.ClusterRole, id, RoleWriteMode.Patch, ResourceAction.Configured)
        {
            Body = patch.Operations,
            Before = RoleDocument.MetadataOf(role),
            Noted = patch.Noted,
            Granted = patch.Rules,
            Override = new Permission("escalate", ResourceType.ClusterRole.Group, ResourceType.ClusterRole.Plural, id.Name),
        };

    private async Task<JsonObject?> ReadAsync(ResourceId id, CancellationToken cancellationToken) =>
        await RoleDocument.FindAsync(client, ResourceType.ClusterRole, id, cancellationToken).ConfigureAwait(false);
}
