using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Combines the refusals of GKE Autopilot: one platform, one error.</summary>
internal static class AutopilotRefusal
{
    private const int ObjectsShown = 4;

    /// <summary>The components whose workloads a stack cannot be without.</summary>
    private static readonly string[] Needed = ["prometheus", ComponentName.Operator, ComponentName.Setup];

    /// <summary>Finds the refusals; null if there is none.</summary>
    public static MonitoringException? Find(IReadOnlyList<ResourceResult> resources)
    {
        var refused = resources.Where(resource => resource.Error?.AutopilotRule is not null).ToList();
        if (refused.Count == 0)
        {
            return null;
        }

        var shown = refused.Take(ObjectsShown).Select(resource => $"{resource.Planned.Id} ({resource.Error!.AutopilotRule})");
        var more = refused.Count > ObjectsShown ? $" and {refused.Count - ObjectsShown} more" : "";
        var optional = refused
            .Select(resource => resource.Planned.Component)
            .Except(Needed)
            .Order(StringComparer.Ordinal)
            .ToList();
        return new MonitoringException(
            ErrorId.PermissionDenied,
            $"GKE Autopilot does not allow {string.Join(", ", shown)}{more}",
            optional.Count > 0
                ? $"leave the components out with -ExcludeComponent {string.Join(',', optional)}"
                : "go on without these objects: Google monitors its own namespaces, and the rest of the stack is installed",
            refused[0].Planned.Id.ToString());
    }
}
