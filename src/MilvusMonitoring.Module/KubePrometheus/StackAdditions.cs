using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What other commands of this module have put into the objects of a stack, which goes with them.</summary>
internal static class StackAdditions
{
    /// <summary>Says which receivers and dashboards of Milvus a plan deletes.</summary>
    public static IEnumerable<string> Describe(IEnumerable<PlannedResource> resources)
    {
        var deleted = resources.Where(item => item is { Action: ResourceAction.Deleted, Live: not null }).ToList();
        return new[]
        {
            Describe("alert receivers", deleted.Where(HasReceivers)),
            Describe("dashboards", deleted.Where(HasDashboards)),
        }.OfType<string>();
    }

    private static string? Describe(string what, IEnumerable<PlannedResource> holders)
    {
        var names = holders.Select(item => item.Id.ToString()).ToList();
        return names.Count == 0 ? null : $"deletes the {what} of Milvus in {ForeignObjects.NameFew(names)}";
    }

    private static bool HasReceivers(PlannedResource item) =>
        item.Id.Kind == ResourceType.AlertmanagerConfig.Kind || KeptReceivers.MayHave(item.Id, item.Live!);

    private static bool HasDashboards(PlannedResource item) =>
        item.Live!.Managers.Any(manager => manager.Manager == FieldManagerEntry.DashboardsName);
}
