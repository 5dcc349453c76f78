using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>Plans this module's own role and binding, for the whole cluster or in one namespace.</summary>
internal sealed class BindingAccess(ClusterClient client)
{
    private const string LabelName = StackOwnership.AccessLabel;
    private const string LabelValue = "prometheus";
    private const string Selector = $"labelSelector={LabelName}%3D{LabelValue}";
    private const string Prefix = "milvus-monitoring-prometheus-";

    /// <summary>
    /// Names the role and the binding of a service account. A namespace has no dot in its name, so that two accounts never share a name.
    /// </summary>
    public static string CreateName(string namespaceName, string serviceAccount) => $"{Prefix}{namespaceName}.{serviceAccount}";

    /// <summary>Plans to create the role and the binding, or to correct them.</summary>
    public async Task<PlannedAccess> PlanGrantAsync(
        PrometheusServer prometheus,
        string? targetNamespace,
        CancellationToken cancellationToken)
    {
        var (roleType, bindingType) = ChooseTypes(targetNamespace);
        var name = CreateName(prometheus.Namespace, prometheus.ServiceAccount);
        var role = CreateDocument(roleType, targetNamespace, name);
        role["rules"] = DiscoveryRules.ToJson();
        var binding = CreateDocument(bindingType, targetNamespace, name);
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
        var roleId = roleType.IdOf(targetNamespace, name);
        var bindingId = bindingType.IdOf(targetNamespace, name);
        var escalate = new Permission("escalate", roleType.Group, roleType.Plural, name);
        var bind = escalate with { Verb = "bind" };
        RoleWrite?[] writes =
        [
            await PlanApplyAsync(roleType, roleId, role, escalate, cancellationToken).ConfigureAwait(false),
            await PlanApplyAsync(bindingType, bindingId, binding, bind, cancellationToken).ConfigureAwait(false),
        ];
        var needed = writes.OfType<RoleWrite>().ToList();
        var access = CreateAccess(prometheus.Namespace, prometheus.ServiceAccount, targetNamespace, roleId, FindAction(needed));
        return new PlannedAccess(access, needed);
    }

    /// <summary>Plans to delete this module's own bindings and their roles.</summary>
    /// <param name="targetNamespace">The namespace of the bindings; null for bindings of the whole cluster.</param>
    /// <param name="subjectNamespace">The namespace of the service account; null for any.</param>
    /// <returns>One access for each binding or role.</returns>
    public async Task<IReadOnlyList<PlannedAccess>> PlanRevokeAsync(
        string? targetNamespace,
        string? subjectNamespace,
        CancellationToken cancellationToken)
    {
        var (roleType, bindingType) = ChooseTypes(targetNamespace);
        var labelledRoles = await client
            .ListMetadataAsync(roleType, targetNamespace, Selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var labelledBindings = await client
            .ListAsync(bindingType, targetNamespace, Selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var roles = labelledRoles.Where(IsOwn).ToList();
        var subjects = labelledBindings
            .Select(binding => (
                Metadata: ObjectMetadataReader.FromMetadata(binding.Member("metadata")),
                Subject: binding.Items("subjects").FirstOrDefault()))
            .Where(binding => IsOwn(binding.Metadata))
            .ToDictionary(binding => binding.Metadata!.Name, binding => binding.Subject, StringComparer.Ordinal);
        var planned = new List<PlannedAccess>();
        foreach (var name in subjects.Keys.Union(roles.Select(role => role.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var subject = subjects.GetValueOrDefault(name);
            if (subjectNamespace is not null && subject.Text("namespace") is { } other && other != subjectNamespace)
            {
                continue;
            }

            var roleId = roleType.IdOf(targetNamespace, name);
            var writes = new List<RoleWrite>();
            if (subjects.ContainsKey(name))
            {
                var bindingId = bindingType.IdOf(targetNamespace, name);
                writes.Add(new RoleWrite(bindingType, bindingId, RoleWriteMode.Delete, ResourceAction.Deleted));
            }

            if (roles.FirstOrDefault(role => role.Name == name) is { } ownRole)
            {
                writes.Add(new RoleWrite(roleType, roleId, RoleWriteMode.Delete, ResourceAction.Deleted) { Before = ownRole });
            }

            var access = CreateAccess(subject.Text("namespace"), subject.Text("name"), targetNamespace, roleId, ResourceAction.Deleted);
            planned.Add(new PlannedAccess(access, writes));
        }

        return planned;
    }

    /// <summary>Whether this module made an object: anybody who may write labels can write the label.</summary>
    private static bool IsOwn(ObjectMetadata? metadata) =>
        metadata?.Name.StartsWith(Prefix, StringComparison.Ordinal) is true && metadata.Managers.Any(manager => manager.IsOurs);

    private static ResourceAction FindAction(List<RoleWrite> writes)
    {
        if (writes.Count == 0)
        {
            return ResourceAction.Unchanged;
        }

        return writes.Count == 2 && writes.TrueForAll(write => write.Action == ResourceAction.Created)
            ? ResourceAction.Created
            : ResourceAction.Configured;
    }

    private async Task<RoleWrite?> PlanApplyAsync(
        ResourceType type,
        ResourceId id,
        JsonObject wanted,
        Permission instead,
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
            Before = RoleDocument.ReadMetadata(live),
            Granted = DiscoveryRules.All,
            Override = instead,
        };
    }

    private static bool IsAsWanted(JsonObject live, JsonObject wanted) =>
        JsonEquality.AreEqual(live["rules"], wanted["rules"])
        && JsonEquality.AreEqual(live["roleRef"], wanted["roleRef"])
        && JsonEquality.AreEqual(live["subjects"], wanted["subjects"])
        && wanted["metadata"]!["labels"]!
            .AsObject()
            .All(label => JsonEquality.AreEqual(live["metadata"]?["labels"]?[label.Key], label.Value));

    private static (ResourceType Role, ResourceType Binding) ChooseTypes(string? targetNamespace) => targetNamespace is null
        ? (ResourceType.ClusterRole, ResourceType.ClusterRoleBinding)
        : (ResourceType.Role, ResourceType.RoleBinding);

    private static JsonObject CreateDocument(ResourceType type, string? namespaceName, string name)
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

    private PrometheusAccess CreateAccess(
        string? namespaceName,
        string? serviceAccount,
        string? targetNamespace,
        ResourceId role,
        ResourceAction action) =>
        new()
        {
            Namespace = namespaceName,
            ServiceAccount = serviceAccount,
            Method = AccessMethod.Binding,
            TargetNamespace = targetNamespace,
            Role = role.ToString(),
            Rules = DiscoveryRules.Text,
            Action = action,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
            Server = client.Connection.Server,
        };
}
