using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Access;

/// <summary>Plans what Grant and Revoke change in the stack's own ClusterRole.</summary>
internal sealed class ClusterRoleAccess(ClusterClient client)
{
    /// <summary>Helm removes an added rule with the next upgrade only, and whoever names the role may want that.</summary>
    private const string Helm = "Helm";

    /// <summary>Plans to add the rules that the role lacks; null if there is no such role.</summary>
    /// <param name="mayBeKept">Whether the role is changed although a label says that another tool keeps it as it is.</param>
    /// <exception cref="MonitoringException">The role has an aggregationRule, or belongs to a platform or a tool.</exception>
    public async Task<PlannedAccess?> FindGrantAsync(
        string name,
        PrometheusServer prometheus,
        bool mayBeKept,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.ClusterRole.IdOf(null, name);
        if (await FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } role)
        {
            return null;
        }

        if (role["aggregationRule"] is JsonObject)
        {
            throw new MonitoringException(
                ErrorId.RoleAggregated,
                $"{id} has an aggregationRule: the cluster combines its rules from other roles and would soon remove an added rule",
                "use -Method Binding, which leaves this role alone",
                id.ToString());
        }

        var patch = RolePatch.Grant(role);
        var keeper = RoleDocument.ReadMetadata(role) is { } metadata ? StackOrigin.FindKeeper(metadata) : null;
        return patch.IsEmpty || mayBeKept || keeper is null or Helm or FieldManagerEntry.OurName
            ? Plan(id, prometheus, patch, role, DiscoveryRules.Text)
            : throw new MonitoringException(
                ErrorId.RoleManaged,
                $"{id} belongs to {keeper}, which keeps the role as it is and would remove an added rule",
                "use -Method Binding, which leaves this role alone",
                id.ToString());
    }

    /// <summary>The error for a role that does not exist.</summary>
    public MonitoringException CreateMissing(string name)
    {
        var id = ResourceType.ClusterRole.IdOf(null, name);
        return new MonitoringException(
            ErrorId.ObjectNotFound,
            $"{id} is not in {client.Connection.Context}",
            "name Prometheus's role with -ClusterRole, or use -Method Binding, which needs no such role",
            id.ToString());
    }

    /// <summary>Plans to remove the rules that Grant has added. If the role does not exist, the plan is empty.</summary>
    public async Task<PlannedAccess> PlanRevokeAsync(string name, PrometheusServer? prometheus, CancellationToken cancellationToken)
    {
        var id = ResourceType.ClusterRole.IdOf(null, name);
        var role = await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? [];
        var patch = RolePatch.Revoke(role);
        return Plan(id, prometheus, patch, role, Permission.Describe(patch.Changed.SelectMany(rule => rule.Permissions)));
    }

    private PlannedAccess Plan(ResourceId id, PrometheusServer? prometheus, RolePatch patch, JsonObject role, string rules)
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
        return new PlannedAccess(access, patch.IsEmpty ? [] : [CreateWrite(id, patch, role)]);
    }

    /// <summary>The caller must hold all rules of the changed role, not only the new rules: the server checks all of them.</summary>
    private static RoleWrite CreateWrite(ResourceId id, RolePatch patch, JsonObject role) =>
        new(ResourceType.ClusterRole, id, RoleWriteMode.Patch, ResourceAction.Configured)
        {
            Body = patch.Operations,
            Before = RoleDocument.ReadMetadata(role),
            Annotation = patch.Annotation,
            Granted = patch.Rules,
            Override = new Permission("escalate", ResourceType.ClusterRole.Group, ResourceType.ClusterRole.Plural, id.Name),
        };

    private Task<JsonObject?> FindAsync(ResourceId id, CancellationToken cancellationToken) =>
        RoleDocument.FindAsync(client, ResourceType.ClusterRole, id, cancellationToken);
}
