using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>Whether the service account of Prometheus may read what its discovery needs.</summary>
internal static class AccessRule
{
    /// <summary>Applies the rule.</summary>
    /// <param name="account">The service account: <c>monitoring/prometheus-k8s</c>.</param>
    /// <param name="place">The namespace; null for the whole cluster.</param>
    /// <param name="role">How Prometheus discovers, for the text.</param>
    /// <param name="missing">What is not allowed.</param>
    /// <param name="fromBindings">Why the roles and bindings were read in place of asking the API server; null where it was asked.</param>
    /// <param name="remedy">What grants it.</param>
    public static Finding Check(
        string account,
        string? place,
        string role,
        IReadOnlyList<Permission> missing,
        string? fromBindings,
        string remedy)
    {
        var target = $"ServiceAccount/{account}";
        var scope = place is null ? "in the whole cluster" : $"in namespace {place}";
        var how = fromBindings is null ? string.Empty : $" (evaluated from roles and bindings, since {fromBindings})";
        if (missing.Count == 0)
        {
            return Finding.Passed(target, $"may discover {role} {scope}{how}");
        }

        var detail = $"lacks {Permission.Describe(missing)} {scope}{how}";
        return fromBindings is null ? Finding.Failed(target, detail, remedy) : Finding.Unknown(target, detail, remedy);
    }
}
