namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>A kind, and how the API server serves it.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Plural">The name in paths: <c>servicemonitors</c>.</param>
internal sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool IsNamespaced)
{
    public static ResourceType Secret { get; } = new(string.Empty, "v1", "secrets", "Secret", true);

    public static ResourceType Service { get; } = new(string.Empty, "v1", "services", "Service", true);

    public static ResourceType EndpointSlice { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);

    /// <summary>The EndpointSlice of Kubernetes before 1.21.</summary>
    public static ResourceType OldEndpointSlice { get; } = EndpointSlice with { Version = "v1beta1" };

    public static ResourceType ServiceMonitor { get; } = new("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor", true);

    public static ResourceType PodMonitor { get; } = new("monitoring.coreos.com", "v1", "podmonitors", "PodMonitor", true);

    public static ResourceType ConfigMap { get; } = new(string.Empty, "v1", "configmaps", "ConfigMap", true);

    public static ResourceType ServiceAccount { get; } = new(string.Empty, "v1", "serviceaccounts", "ServiceAccount", true);

    public static ResourceType Endpoints { get; } = new(string.Empty, "v1", "endpoints", "Endpoints", true);

    public static ResourceType Deployment { get; } = new("apps", "v1", "deployments", "Deployment", true);

    public static ResourceType DaemonSet { get; } = new("apps", "v1", "daemonsets", "DaemonSet", true);

    public static ResourceType NetworkPolicy { get; } = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    public static ResourceType ApiService { get; } = new("apiregistration.k8s.io", "v1", "apiservices", "APIService", false);

    public static ResourceType StatefulSet { get; } = new("apps", "v1", "statefulsets", "StatefulSet", true);

    public static ResourceType Pod { get; } = new(string.Empty, "v1", "pods", "Pod", true);

    public static ResourceType Event { get; } = new(string.Empty, "v1", "events", "Event", true);

    public static ResourceType Crd { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    public static ResourceType Namespace { get; } = new(string.Empty, "v1", "namespaces", "Namespace", false);

    public static ResourceType Prometheus { get; } = new("monitoring.coreos.com", "v1", "prometheuses", "Prometheus", true);

    public static ResourceType Alertmanager { get; } = new("monitoring.coreos.com", "v1", "alertmanagers", "Alertmanager", true);

    public static ResourceType AlertmanagerConfig { get; } =
        new("monitoring.coreos.com", "v1alpha1", "alertmanagerconfigs", "AlertmanagerConfig", true);

    public static ResourceType PrometheusRule { get; } =
        new("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule", true);

    public static ResourceType ClusterRole { get; } = Rbac("clusterroles", "ClusterRole", false);

    public static ResourceType ClusterRoleBinding { get; } = Rbac("clusterrolebindings", "ClusterRoleBinding", false);

    public static ResourceType Role { get; } = Rbac("roles", "Role", true);

    public static ResourceType RoleBinding { get; } = Rbac("rolebindings", "RoleBinding", true);

    /// <summary>The version with its group: <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of a list.</summary>
    /// <param name="namespaceName">The namespace; null for all, or for a kind without namespaces.</param>
    public string GetListPath(string? namespaceName)
    {
        var root = (Group.Length == 0 ? "/api/" : "/apis/") + ApiVersion;
        return IsNamespaced && namespaceName is not null
            ? $"{root}/namespaces/{Uri.EscapeDataString(namespaceName)}/{Plural}"
            : $"{root}/{Plural}";
    }

    /// <summary>The path of one object.</summary>
    public string PathOf(ResourceId id) => $"{GetListPath(id.Namespace)}/{Uri.EscapeDataString(id.Name)}";

    /// <summary>The id of an object of this kind.</summary>
    public ResourceId IdOf(string? namespaceName, string name) => new(Group, Kind, namespaceName, name);

    private static ResourceType Rbac(string plural, string kind, bool isNamespaced) =>
        new("rbac.authorization.k8s.io", "v1", plural, kind, isNamespaced);
}
