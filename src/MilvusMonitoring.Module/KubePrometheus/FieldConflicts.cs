using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Conflicts with ourselves: what Grant has written to a role counts, to the server, as another manager's.</summary>
internal static class FieldConflicts
{
    /// <summary>Whether an apply was refused for conflicts, and this module holds every field in question.</summary>
    public static bool AreOurs(StatusBody refusal) =>
        refusal.IsFieldConflict
        && refusal.Causes.All(cause =>
            cause.Message.StartsWith($"conflict with \"{FieldManagerEntry.OurName}\"", StringComparison.Ordinal));
}
