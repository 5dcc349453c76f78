using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Finds the workloads of the manifests that read custom resources which the manifests define. A role grants the service account of such a
/// workload a verb on the API group of such a resource. The Prometheus operator itself always counts: its role may come from elsewhere.
/// </summary>
/// <remarks>
/// The Prometheus operator asks discovery for its kinds once, at its start. Operator 0.87 logs
/// <c>resource "prometheuses" (group: "monitoring.coreos.com/v1") not installed in the cluster</c> for each kind that is not served at that
/// moment, and never asks again.
/// </remarks>
internal static class CustomResourceReaders
{
    private const string Everything = "cluster-admin";

    private static readonly string[][] PodSpecs =
    [
        ["spec", "template", "spec"],
        ["spec", "jobTemplate", "spec", "template", "spec"],
        ["spec"],
    ];

    /// <param name="manifests">All manifests: their roles and bindings say what a workload may do.</param>
    public static IReadOnlySet<ResourceId> List(IReadOnlyCollection<ManifestObject> manifests)
    {
        var groups = manifests.SelectMany(manifest => manifest.Defines).Select(type => type.Group).ToHashSet(StringComparer.Ordinal);
        var roles = manifests
            .Where(role => role.Id.IsRole && Grants(JsonSlice.Parse(role.ReadJson()), groups))
            .Select(role => (role.Id.Kind, NamespaceOf(role), role.Id.Name))
            .ToHashSet();
        var subjects = manifests
            .Where(manifest => manifest.Id.IsRoleBinding)
            .SelectMany(binding => ListSubjects(binding, roles))
            .ToHashSet(StringComparer.Ordinal);
        return manifests
            .Where(manifest => IsWorkload(manifest.Id) && (IsOperator(manifest) || ListUserNames(manifest).Any(subjects.Contains)))
            .Select(manifest => manifest.Id with { Namespace = NamespaceOf(manifest) })
            .ToHashSet();
    }



    private static bool IsOperator(ManifestObject manifest) => manifest.Component == ComponentName.Operator;

    private static bool IsWorkload(ResourceId id) =>
        id is { Group: "apps" or "batch" } or { Group: "", Kind: "Pod" or "ReplicationController" };

    /// <summary>An aggregated role counts as granting: other roles of the cluster decide what it allows.</summary>
    private static bool Grants(JsonElement role, HashSet<string> groups) =>
        role.Member("aggregationRule").ValueKind == JsonValueKind.Object
        || role.Items("rules")
            .Any(rule => rule.Texts("verbs").Any() && rule.Texts("apiGroups").Any(group => group == "*" || groups.Contains(group)));

    /// <summary>The subjects of a binding that refers to one of the roles, each by the user name that the API server uses.</summary>
    private static IEnumerable<string> ListSubjects(ManifestObject binding, HashSet<(string Kind, string? Namespace, string Name)> roles)
    {
        var json = JsonSlice.Parse(binding.ReadJson());
        var role = json.Member("roleRef");
        var (kind, name) = (role.Text("kind") ?? string.Empty, role.Text("name") ?? string.Empty);
        var isMatch = (kind, name) == ("ClusterRole", Everything)
            || roles.Contains((kind, kind == "Role" ? NamespaceOf(binding) : null, name));
        return isMatch ? json.Items("subjects").Select(NameSubject) : [];

        string NameSubject(JsonElement subject) => subject.Text("kind") == "ServiceAccount"
            ? AccountName(subject.Text("namespace") ?? NamespaceOf(binding), subject.Text("name"))
            : subject.Text("name") ?? string.Empty;
    }

    /// <summary>The user names of a workload's pods: their service account, and the groups of that account.</summary>
    private static IEnumerable<string> ListUserNames(ManifestObject workload)
    {
        var json = workload.ReadJson();
        var pod = PodSpecs.Select(path => JsonSlice.Parse(json, path)).FirstOrDefault(spec => spec.Items("containers").Any());
        if (pod.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        // serviceAccount is the field's older name, which the API server still accepts.
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
