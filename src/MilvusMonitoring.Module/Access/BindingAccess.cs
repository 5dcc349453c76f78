using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>Plans the role and the binding of this module's own: for the whole cluster, or in one namespace.</summary>
internal sealed class BindingAccess(ClusterClient client)
{
    private const string LabelName = "milvus-monitoring/access";
    private const string LabelValue = "prometheus";
    private const string Selector = $"labelSelector={LabelName}%3D{LabelValue}";

    /// <summary>Plans to make role and binding, or to bring them back to what they have to be.</summary>
    public async Task<PlannedAccess> ToGrantAsync(PrometheusServer prometheus, string? targetNamespace, CancellationToken cancellationToken)
    {
        var (roleType, bindingType) = TypesFor(targetNamespace);
        var name = $"milvus-monitoring-prometheus-{prometheus.Namespace}-{prometheus.ServiceAccount}";
        var role = Document(roleType, targetNamespace, name);
        role["rules"] = DiscoveryRules.ToJson();
        var binding = Document(bindingType, targetNamespace, name);
        binding["roleRef"] = new JsonObject
        {
            ["apiGroup"] = roleType.Group,
            ["kind"] = roleType.Kind,
            ["name"] = name,
        };
        binding["subjects"] = new JsonArray(
            new JsonObject
            {
                ["kind"] = "ServiceAccount",
                ["name"] = prometheus.ServiceAccount,
                ["namespace"] = prometheus.Namespace,
            });
        var roleId = IdOf(roleType, targetNamespace, name);
        RoleWrite?[] writes =
        [
            await ToApplyAsync(roleType, roleId, role, "escalate", roleId, roleType, cancellationToken).ConfigureAwait(false),
            await ToApplyAsync(bindingType, IdOf(bindingType, targetNamespace, name), binding, "bind", roleId, roleType, cancellationToken)
                .ConfigureAwait(false),
        ];
        var needed = writes.OfType<RoleWrite>().ToList();
        var action = needed.Count == 0 ? ResourceAction.Unchanged
            : needed.Count == 2 && needed.All(write => write.Action == ResourceAction.Created) ? ResourceAction.Created
            : ResourceAction.Configured;
        return new PlannedAccess(
            Access(prometheus.Namespace, prometheus.ServiceAccount, targetNamespace, roleId, DiscoveryRules.Text, action),
            needed);
    }

    /// <summary>Plans to delete the bindings of this module's own, and their roles.</summary>
    /// <param name="targetNamespace">The namespace that they are in; null for those of the whole cluster.</param>
    /// <param name="subjectNamespace">The namespace of the service account; null for any.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One access for each; none where there are none.</returns>
    public async Task<IReadOnlyList<PlannedAccess>> ToRevokeAsync(
        string? targetNamespace,
        string? subjectNamespace,
        CancellationToken cancellationToken)
    {
        var (roleType, bindingType) = TypesFor(targetNamespace);
        var roles = await client
            .ListMetadataAsync(roleType, targetNamespace, Selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var bindings = await client
            .ListAsync(bindingType, targetNamespace, Selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var subjects = bindings.ToDictionary(
            binding => binding.Member("metadata").Text("name")!,
            binding => binding.Items("subjects").FirstOrDefault(),
            StringComparer.Ordinal);
        var planned = new List<PlannedAccess>();
        foreach (var name in subjects.Keys.Union(roles.Select(role => role.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var subject = subjects.GetValueOrDefault(name);
            if (subjectNamespace is not null && subject.Text("namespace") is { } other && other != subjectNamespace)
            {
                continue;
            }

            var roleId = IdOf(roleType, targetNamespace, name);
            var writes = new List<RoleWrite>();
            if (subjects.ContainsKey(name))
            {
                writes.Add(
                    new RoleWrite(bindingType, IdOf(bindingType, targetNamespace, name), RoleWriteMode.Delete, ResourceAction.Deleted));
            }

            if (roles.FirstOrDefault(role => role.Name == name) is { } ownRole)
            {
                writes.Add(new RoleWrite(roleType, roleId, RoleWriteMode.Delete, ResourceAction.Deleted) { Before = ownRole });
            }

            planned.Add(
                new PlannedAccess(
                    Access(
                        subject.Text("namespace"),
                        subject.Text("name"),
                        targetNamespace,
                        roleId,
                        DiscoveryRules.Text,
                        ResourceAction.Deleted),
                    writes));
        }

        return planned;
    }

    private async Task<RoleWrite?> ToApplyAsync(
        ResourceType type,
        ResourceId id,
        JsonObject wanted,
        string overrideVerb,
        ResourceId role,
        ResourceType roleType,
        CancellationToken cancellationToken)
    {
        var live = await RoleDocument.FindAsync(client, type, id, cancellationToken).ConfigureAwait(false);
        if (live is not null && IsAsWanted(live, wanted))
        {
            return null;
        }

        return new RoleWrite(type, id, RoleWriteMode.Apply, live is null ? ResourceAction.Created : ResourceAction.Configured)
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(wanted),
            Before = RoleDocument.MetadataOf(live),
            Granted = DiscoveryRules.All,
            Override = new Permission(overrideVerb, roleType.Group, roleType.Plural, role.Name),
        };
    }

    private static bool IsAsWanted(JsonObject live, JsonObject wanted) =>
        JsonEquality.AreEqual(live["rules"], wanted["rules"])
        && JsonEquality.AreEqual(live["roleRef"], wanted["roleRef"])
        && JsonEquality.AreEqual(live["subjects"], wanted["subjects"])
        && wanted["metadata"]!["labels"]!
            .AsObject()
            .All(label => JsonEquality.AreEqual(live["metadata"]?["labels"]?[label.Key], label.Value));

    private static (ResourceType Role, ResourceType Binding) TypesFor(string? targetNamespace) => targetNamespace is null
        ? (ResourceType.ClusterRole, ResourceType.ClusterRoleBinding)
        : (ResourceType.Role, ResourceType.RoleBinding);

    private static ResourceId IdOf(ResourceType type, string? namespaceName, string name) =>
        new(type.Group, type.Kind, namespaceName, name);

    private static JsonObject Document(ResourceType type, string? namespaceName, string name)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "milvus-monitoring", [LabelName] = LabelValue },
        };
        if (namespaceName is not null)
        {
            metadata["namespace"] = namespaceName;
        }

        return new JsonObject { ["apiVersion"] = $"{type.Group}/{type.Version}", ["kind"] = type.Kind, ["metadata"] = metadata };
    }

    private PrometheusAccess Access(
        string? namespaceName,
        string? serviceAccount,
        string? targetNamespace,
        ResourceId role,
        string rules,
        ResourceAction action) =>
        new()
        {
            Namespace = namespaceName,
            ServiceAccount = serviceAccount,
            Method = AccessMethod.Binding,
            TargetNamespace = targetNamespace,
            Role = role.ToString(),
            Rules = rules,
            Action = action,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
            Server = client.Connection.Server,
        };
}
