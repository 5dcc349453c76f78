using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>A read that the server denied.</summary>
/// <param name="Namespace">The namespace; null for the whole cluster.</param>
/// <param name="Verb"><c>get</c> or <c>list</c>.</param>
/// <param name="Ids">The objects that the read was for.</param>
/// <param name="Error">The error of this read.</param>
internal sealed record DeniedRead(
    ResourceType Type,
    string? Namespace,
    string Verb,
    IReadOnlyCollection<ResourceId> Ids,
    MonitoringException Error);

/// <summary>Describes the missing permissions of many denied reads at once, so that the user can ask for all of them at once.</summary>
internal static class DeniedReads
{
    /// <summary>Creates one error for all of them.</summary>
    /// <param name="denied">The denied reads; at least one.</param>
    public static MonitoringException CreateError(IReadOnlyCollection<DeniedRead> denied)
    {
        if (denied.Count == 1)
        {
            return denied.First().Error;
        }

        var (reason, remedy) = Explain(denied);
        return new MonitoringException(
            ErrorId.PermissionDenied,
            $"Cannot read what the cluster has of the stack: {reason}",
            remedy,
            target: null);
    }

    /// <summary>Describes the missing permissions and the remedy.</summary>
    /// <param name="denied">The denied reads; at least one.</param>
    public static string Describe(IReadOnlyCollection<DeniedRead> denied)
    {
        var (reason, remedy) = Explain(denied);
        return $"{reason}; {remedy}";
    }

    private static (string Reason, string Remedy) Explain(IReadOnlyCollection<DeniedRead> denied)
    {
        var user = denied.Select(read => read.Error.DeniedUser).OfType<string>().FirstOrDefault();
        var missing = denied
            .OrderBy(read => read.Namespace, StringComparer.Ordinal)
            .ThenBy(read => read.Type.Group, StringComparer.Ordinal)
            .ThenBy(read => read.Type.Plural, StringComparer.Ordinal)
            .GroupBy(read => read.Namespace)
            .Select(scope => DescribeScope(scope.Key, scope));
        return (
            $"{(user is null ? "the user" : $"user \"{user}\"")} lacks {string.Join(", and ", missing)}",
            $"ask for {DescribeRules(denied)} bound to that user; {DeniedText.SeeRules}");
    }

    private static string DescribeScope(string? namespaceName, IEnumerable<DeniedRead> denied)
    {
        var permissions = denied.Select(read => new Permission(read.Verb, read.Type.Group, read.Type.Plural));
        var scope = namespaceName is null ? "in the whole cluster" : $"in namespace {namespaceName}";
        return $"{Permission.Describe(permissions)} {scope}";
    }

    // The number of objects decides between get and list, so a rule needs both verbs.
    private static string DescribeRules(IReadOnlyCollection<DeniedRead> denied)
    {
        var rules = denied
            .GroupBy(read => read.Type.Group, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => DescribeRule(group.Key, group.Select(read => read.Type.Plural)))
            .ToList();
        var scopes = denied.Select(read => read.Namespace).Distinct().ToList();
        var role = scopes is [{ } only] ? $"a Role in namespace {only}" : "a ClusterRole";
        return $"{role} with the {(rules.Count == 1 ? "rule" : "rules")} {string.Join(", ", rules)}";
    }

    private static string DescribeRule(string group, IEnumerable<string> plurals)
    {
        var resources = string.Join(", ", plurals.Distinct().Order(StringComparer.Ordinal).Select(plural => $"\"{plural}\""));
        return $"{{apiGroups: [\"{group}\"], resources: [{resources}], verbs: [\"get\", \"list\"]}}";
    }
}
