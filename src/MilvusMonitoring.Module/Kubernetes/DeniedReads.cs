using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>A read that the server refused.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Namespace">Where; null for the whole cluster.</param>
/// <param name="Verb"><c>get</c> or <c>list</c>.</param>
/// <param name="Ids">The objects that it would have found.</param>
/// <param name="Error">What a caller is told who reads nothing else.</param>
internal sealed record DeniedRead(
    ResourceType Type,
    string? Namespace,
    string Verb,
    IReadOnlyCollection<ResourceId> Ids,
    MonitoringException Error);

/// <summary>Says of many refused reads at once which permissions are missing: whoever asks for them asks once.</summary>
internal static class DeniedReads
{
    /// <summary>The one error for all of them.</summary>
    /// <param name="denied">The refused reads; at least one.</param>
    public static MonitoringException Error(IReadOnlyCollection<DeniedRead> denied) => denied.Count == 1
        ? denied.First().Error
        : new MonitoringException(ErrorId.PermissionDenied, $"Cannot read what the cluster has of the stack: {Describe(denied)}.");

    /// <summary>What is missing; then, after a semicolon, how to get it.</summary>
    /// <param name="denied">The refused reads; at least one.</param>
    public static string Describe(IReadOnlyCollection<DeniedRead> denied)
    {
        var user = denied.Select(read => read.Error.DeniedUser).OfType<string>().FirstOrDefault();
        var missing = denied
            .OrderBy(read => read.Namespace, StringComparer.Ordinal)
            .ThenBy(read => read.Type.Group, StringComparer.Ordinal)
            .ThenBy(read => read.Type.Plural, StringComparer.Ordinal)
            .GroupBy(read => read.Namespace)
            .Select(scope =>
                $"{Permission.Describe(scope.Select(read => new Permission(read.Verb, read.Type.Group, read.Type.Plural)))} {(scope.Key is null ? "in the whole cluster" : $"in namespace {scope.Key}")}"
            );
        return $"{(user is null ? "the user" : $"user \"{user}\"")} lacks {string.Join(", and ", missing)}; ask for {Rules(denied)} bound to that user";
    }

    // Which of the two verbs is used depends on how many objects there are, so one without the other would not last.
    private static string Rules(IReadOnlyCollection<DeniedRead> denied)
    {
        var rules = denied
            .GroupBy(read => read.Type.Group, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group =>
                $"{{apiGroups: [\"{group.Key}\"], resources: [{string.Join(", ", group.Select(read => $"\"{read.Type.Plural}\"").Distinct().Order(StringComparer.Ordinal))}], verbs: [\"get\", \"list\"]}}"
            )
            .ToList();
        var scopes = denied.Select(read => read.Namespace).Distinct().ToList();
        var role = scopes is [{ } only] ? $"a Role in namespace {only}" : "a ClusterRole";
        return $"{role} with the {(rules.Count == 1 ? "rule" : "rules")} {string.Join(", ", rules)}";
    }
}
