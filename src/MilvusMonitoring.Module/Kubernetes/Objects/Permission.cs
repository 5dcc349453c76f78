namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>The smallest part of a rule: one verb on one resource, or on one path.</summary>
/// <param name="Verb">The verb, or <c>*</c>.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The resource, with its subresource: <c>pods/log</c>; empty for a path.</param>
/// <param name="Name">The name of the only allowed object; null for all.</param>
/// <param name="Path">The path, such as <c>/metrics</c>; null for a resource.</param>
internal sealed record Permission(string Verb, string Group, string Resource, string? Name = null, string? Path = null)
{
    /// <summary>The resource or path: <c>endpointslices.discovery.k8s.io</c>, <c>nodes/metrics</c>, <c>/metrics</c>.</summary>
    public string Subject =>
        Path ?? $"{Resource}{(Group.Length == 0 ? string.Empty : "." + Group)}{(Name is null ? string.Empty : $" \"{Name}\"")}";

    /// <summary>Describes permissions briefly: <c>get, list, watch on pods, services and get on /metrics</c>; empty for none.</summary>
    public static string Describe(IEnumerable<Permission> permissions) => string.Join(" and ", permissions
        .GroupBy(permission => permission.Subject, permission => permission.Verb, StringComparer.Ordinal)
        .Select(verbs => (Verbs: string.Join(", ", verbs.Distinct(StringComparer.Ordinal)), Subject: verbs.Key))
        .GroupBy(item => item.Verbs, item => item.Subject, StringComparer.Ordinal)
        .Select(subjects => $"{subjects.Key} on {string.Join(", ", subjects)}"));
}
