using System.Text;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>Manifests of a stack that has a few objects of each kind that kube-prometheus has.</summary>
internal static class KindStack
{
    /// <summary>The kinds, and what an object of each has beside its name. <c>@</c> stands for the name.</summary>
    private static readonly (string ApiVersion, string Kind, string Plural, bool IsNamespaced, string Body)[] s_kinds =
    [
        ("v1", "ConfigMap", "configmaps", true, "\"data\":{\"a\":\"b\"}"),
        ("v1", "Secret", "secrets", true, "\"stringData\":{\"a\":\"b\"}"),
        ("v1", "ServiceAccount", "serviceaccounts", true, "\"automountServiceAccountToken\":false"),
        ("v1", "Service", "services", true, "\"spec\":{\"selector\":{\"app\":\"@\"},\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}]}"),
        ("apps/v1", "Deployment", "deployments", true, Workload),
        ("apps/v1", "DaemonSet", "daemonsets", true, Workload),
        ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true, "\"spec\":{\"podSelector\":{\"matchLabels\":{\"app\":\"@\"}}}"),
        ("rbac.authorization.k8s.io/v1", "Role", "roles", true, Rules),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true, Binds("Role")),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false, Rules),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false, Binds("ClusterRole")),
        ("monitoring.coreos.com/v1", "Alertmanager", "alertmanagers", true, "\"spec\":{\"replicas\":1}"),
        ("monitoring.coreos.com/v1", "Prometheus", "prometheuses", true, "\"spec\":{\"replicas\":1}"),
        ("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules", true, "\"spec\":{\"groups\":[]}"),
        ("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors", true, "\"spec\":{\"selector\":{},\"endpoints\":[{\"port\":\"http\"}]}"),
    ];

    private static readonly (string ApiVersion, string Kind, bool IsNamespaced)[] s_none = [];

    private const string Workload =
        """
        "spec":{"selector":{"matchLabels":{"app":"@"}},"template":{"metadata":{"labels":{"app":"@"}},"spec":{"containers":[{"name":"a","image":"a:1"}]}}}
        """;

    private const string Rules = "\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"nodes\"],\"verbs\":[\"list\"]}]";

    private const string Definition =
        """
        "spec":{"group":"rights.example.com","scope":"Namespaced","names":{"plural":"%","kind":"@","singular":"%","listKind":"@List"},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}
        """;

    /// <summary>The name of the first object of a kind in a namespace.</summary>
    public static string NameOf(string ns) => $"{ns}-0";

    /// <summary>The kind of a resource, and whether it is in a namespace; without a resource all kinds.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="policyVersion">The version in which the server has PodDisruptionBudget.</param>
    public static IReadOnlyList<(string ApiVersion, string Kind, bool IsNamespaced)> List(string? resource, string policyVersion) =>
    [
        .. s_kinds
            .Where(kind => resource is null || kind.Plural == resource)
            .Select(kind => (kind.ApiVersion, kind.Kind, kind.IsNamespaced)),
        .. resource is null or "poddisruptionbudgets" ? [(policyVersion, "PodDisruptionBudget", true)] : s_none,
    ];

    /// <summary>The manifests of objects of every kind.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="copies">How many objects of each kind.</param>
    /// <param name="policyVersion">The version in which the server has PodDisruptionBudget.</param>
    public static string WriteKinds(string ns, int copies, string policyVersion)
    {
        var text = new StringBuilder();
        var budget = (policyVersion, "PodDisruptionBudget", "", true, "\"spec\":{\"maxUnavailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"@\"}}}");
        foreach (var (apiVersion, kind, _, isNamespaced, rest) in s_kinds.Append(budget))
        {
            for (var copy = 0; copy < copies; copy++)
            {
                text.Append(Write(apiVersion, kind, isNamespaced ? ns : null, $"{ns}-{copy}", rest));
            }
        }

        return text.ToString();
    }

    public static string NameOfApi(string ns) => $"v1.{ns}.rights.example.org";

    public static string WriteNamespace(string ns) => Write("v1", "Namespace", null, ns, "\"spec\":{}");

    public static string WriteConfigMap(string ns) => Write("v1", "ConfigMap", ns, NameOf(ns), "\"data\":{\"a\":\"b\"}");

    /// <summary>The manifests of an API and of its Service, which has no pods.</summary>
    public static string WriteApi(string ns) => WriteService(ns) + Write(
        "apiregistration.k8s.io/v1",
        "APIService",
        null,
        NameOfApi(ns),
        $$$"""
        "spec":{"group":"{{{ns}}}.rights.example.org","version":"v1","groupPriorityMinimum":100,"versionPriority":100,"service":{"name":"api","namespace":"{{{ns}}}"}}
        """);

    /// <summary>The manifests of definitions, whose names begin alike.</summary>
    public static string WriteDefinitions(int copies, string name) => string.Concat(
        Enumerable.Range(0, copies).Select(copy => Write(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            null,
            $"{name}{copy}.rights.example.com",
            Definition.Replace("%", $"{name}{copy}", StringComparison.Ordinal).Replace("@", $"Kind{name}{copy}", StringComparison.Ordinal))));

    private static string WriteService(string ns)
    {
        var service = s_kinds.Single(kind => kind.Kind == "Service");
        return Write(service.ApiVersion, service.Kind, ns, "api", service.Body);
    }

    private static string Binds(string kind) =>
        $$"""
        "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{kind}}","name":"@"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"nobody"}]
        """;

    private static string Write(string apiVersion, string kind, string? ns, string name, string rest)
    {
        var place = ns is null ? "" : $",\"namespace\":\"{ns}\"";
        var body = rest.Replace("@", name, StringComparison.Ordinal).ReplaceLineEndings(" ");
        return $"---\n{{\"apiVersion\":\"{apiVersion}\",\"kind\":\"{kind}\",\"metadata\":{{\"name\":\"{name}\"{place}}},{body}}}\n";
    }
}
