using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Which workloads of the manifests read the custom resources that the manifests define, as the Prometheus operator does:
/// those whose service account has a verb on such a group, and the operator itself, whose role may come from elsewhere.
/// </summary>
/// <remarks>
/// The Prometheus operator asks discovery for its kinds once, at its start. 0.87 logs
/// <c>resource "prometheuses" (group: "monitoring.coreos.com/v1") not installed in the cluster</c> for those that are not served then, and
/// never looks again.
/// </remarks>
internal static class CustomResourceReaders
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string Everything = "cluster-admin";

    private static readonly string[][] PodSpecs =
    [
        ["spec", "template", "spec"],
        ["spec", "jobTemplate", "spec", "template", "spec"],
        ["spec"],
    ];

    /// <summary>Finds the workloads.</summary>
    /// <param name="manifests">All manifests: the roles and bindings say what a workload may do.</param>
    public static IReadOnlySet<ResourceId> Among(IReadOnlyCollection<ManifestObject> manifests)
    {
        var groups = manifests.SelectMany(manifest => manifest.Defines).Select(type => type.Group).ToHashSet(StringComparer.Ordinal);
        var roles = manifests
            .Where(role => IsRole(role) && Grants(JsonSlice.Parse(role.ReadJson()), groups))
            .Select(role => (role.Id.Kind, NamespaceOf(role), role.Id.Name))
            .ToHashSet();
        var subjects = manifests.Where(IsBinding).SelectMany(binding => Subjects(binding, roles)).ToHashSet(StringComparer.Ordinal);
        return manifests
            .Where(manifest => IsWorkload(manifest.Id) && (manifest.Component == ComponentName.Operator || Names(manifest).Any(subjects.Contains)))
            .Select(manifest => manifest.Id with { Namespace = NamespaceOf(manifest) })
            .ToHashSet();
    }

    private static bool IsRole(ManifestObject manifest) => manifest.Id is { Group: RbacGroup, Kind: "ClusterRole" or "Role" };

    private static bool IsBinding(ManifestObject manifest) =>
        manifest.Id is { Group: RbacGroup, Kind: "ClusterRoleBinding" or "RoleBinding" };

    private static bool IsWorkload(ResourceId id) =>
        id is { Group: "apps" or "batch" } or { Group: "", Kind: "Pod" or "ReplicationController" };

    /// <summary>What an aggregated role will allow, other roles of the cluster decide: it counts as allowing.</summary>
    private static bool Grants(JsonElement role, HashSet<string> groups) =>
        role.Member("aggregationRule").ValueKind == JsonValueKind.Object
        || role.Items("rules")
            .Any(rule => rule.Texts("verbs").Any() && rule.Texts("apiGroups").Any(group => group == "*" || groups.Contains(group)));

    /// <summary>Whom a binding gives such a role, each by the name that the API server knows it by.</summary>
    private static IEnumerable<string> Subjects(ManifestObject binding, HashSet<(string Kind, string? Namespace, string Name)> roles)
    {
        var json = JsonSlice.Parse(binding.ReadJson());
        var role = json.Member("roleRef");
        var (kind, name) = (role.Text("kind") ?? string.Empty, role.Text("name") ?? string.Empty);
        return (kind, name) == ("ClusterRole", Everything) || roles.Contains((kind, kind == "Role" ? NamespaceOf(binding) : null, name))
            ? json.Items("subjects").Select(subject => subject.Text("kind") == "ServiceAccount"
                ? AccountName(subject.Text("namespace") ?? NamespaceOf(binding), subject.Text("name"))
                : subject.Text("name") ?? string.Empty)
            : [];
    }

    /// <summary>The names that a workload's pods have to the API server: their service account's and those of its groups.</summary>
    private static IEnumerable<string> Names(ManifestObject workload)
    {
        var json = workload.ReadJson();
        var pod = PodSpecs.Select(path => JsonSlice.Parse(json, path)).FirstOrDefault(spec => spec.Items("containers").Any());
        if (pod.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        // serviceAccount is what the field was called at first; the API server still takes it.
        var account = pod.Text("serviceAccountName") ?? pod.Text("serviceAccount") ?? "default";
        return
        [
            AccountName(NamespaceOf(workload), account),
            "system:serviceaccounts",
            $"system:serviceaccounts:{NamespaceOf(workload)}",
            "system:authenticated",
        ];
    }

    private static string AccountName(string? namespaceName, string? account) => $"system:serviceaccount:{namespaceName}:{account}";

    private static string? NamespaceOf(ManifestObject manifest) =>
        manifest.Id.Kind is "ClusterRole" or "ClusterRoleBinding" ? null : manifest.Id.Namespace ?? "default";
}
