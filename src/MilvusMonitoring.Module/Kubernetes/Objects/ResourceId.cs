namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>
/// Identifies an object by API group, kind, namespace and name. The version is left out: all versions show the same object.
/// </summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Namespace">The namespace; null for a kind without namespaces.</param>
internal sealed record ResourceId(string Group, string Kind, string? Namespace, string Name)
{
    public bool IsCrd => Group == "apiextensions.k8s.io" && Kind == "CustomResourceDefinition";

    public bool IsNamespace => Group.Length == 0 && Kind == "Namespace";

    public bool IsApiService => Group == "apiregistration.k8s.io" && Kind == "APIService";

    public bool IsDeployment => Group == "apps" && Kind == "Deployment";

    /// <summary>Whether the object is a ClusterRole or a Role.</summary>
    public bool IsRole => Group == "rbac.authorization.k8s.io" && Kind is "ClusterRole" or "Role";

    /// <summary>Whether the object is a ClusterRoleBinding or a RoleBinding.</summary>
    public bool IsRoleBinding => Group == "rbac.authorization.k8s.io" && Kind is "ClusterRoleBinding" or "RoleBinding";

    /// <summary>The object in text: <c>Kind/namespace/name</c>, or <c>Kind/name</c>.</summary>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
