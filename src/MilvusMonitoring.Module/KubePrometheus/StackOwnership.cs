using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Whether an object is shown to be a stack's. An inventory only claims objects: whoever may write ConfigMaps may write one. The object
/// itself shows who applied it.
/// </summary>
internal static class StackOwnership
{
    /// <summary>The label of the roles and bindings that Grant-PrometheusMilvusAccess creates beside a stack.</summary>
    public const string AccessLabel = "milvus-monitoring/access";

    private const string LeftAlone = "was left alone, because ";

    /// <summary>Whether this module's other commands made the object. It is never part of a stack.</summary>
    /// <returns>Why the object is left alone; null if these commands did not make it.</returns>
    public static string? FindOtherCommand(ResourceId id, ObjectMetadata live)
    {
        if (live.Labels.ContainsKey(AccessLabel))
        {
            return LeftAlone + "Grant-PrometheusMilvusAccess made it, and Revoke-PrometheusMilvusAccess deletes it";
        }

        return id.Kind == "ServiceMonitor" && MilvusChart.FindRelease(live) is not null
            ? LeftAlone + "it is the monitor of a Milvus, and Disable-MilvusServiceMonitor deletes it"
            : null;
    }

    /// <summary>Compares an object with what the inventory records of it.</summary>
    /// <param name="home">The namespace of the inventory.</param>
    /// <returns>Why the object is not shown to be the stack's; null if it is.</returns>
    public static string? FindDoubt(InventoryEntry entry, ObjectMetadata live, string home)
    {
        if (entry.Uid is { } uid && uid != live.Uid)
        {
            return LeftAlone + "it was replaced since it was applied (its UID is not the recorded one)";
        }

        if (live.Managers.Any(manager => manager.IsOurs) || IsBare(entry, live, home))
        {
            return null;
        }

        return LeftAlone + "nothing in it shows that this module applied it (no Apply of milvus-monitoring in its managedFields)";
    }

    /// <summary>
    /// An object that was applied without any field, as ServiceAccounts of v0.8.0 are: the API server records no manager for it, so its UID
    /// alone has to do. That is enough only where whoever wrote the inventory could delete the object too.
    /// </summary>
    private static bool IsBare(InventoryEntry entry, ObjectMetadata live, string home) =>
        entry is { Uid: not null, OwnedFields: null }
        && (entry.Namespace == home || (entry.Id.IsNamespace && entry.Name == home))
        && live.Managers.All(FieldManagers.IsController);
}
