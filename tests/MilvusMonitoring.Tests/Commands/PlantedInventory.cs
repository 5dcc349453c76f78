using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Inventories as somebody writes them who may write ConfigMaps, and read everything.</summary>
internal static class PlantedInventory
{
    /// <summary>An inventory that claims objects, with the UIDs that they have.</summary>
    public static async Task<JsonObject> CreateAsync(
        ClusterStage stage,
        string ns,
        IEnumerable<(string ApiVersion, string Kind, string Plural, string? Namespace, string Name)> objects)
    {
        var entries = new List<InventoryEntry>();
        foreach (var item in objects)
        {
            var live = await stage.Objects.FindAsync(item.ApiVersion, item.Kind, item.Namespace, item.Name);
            entries.Add(Entry(item.ApiVersion, item.Kind, item.Plural, item.Namespace, item.Name) with
            {
                Uid = (string?)live?["metadata"]!["uid"],
            });
        }

        return Document(ns, entries);
    }

    /// <summary>A copy of a stack's inventory, changed.</summary>
    public static async Task<JsonObject> CopyAsync(ClusterStage stage, string from, Func<Inventory, Inventory> change)
    {
        var document = (await stage.Objects.FindAsync("v1", "ConfigMap", from, InventoryDocument.Name))!;
        using var json = JsonDocument.Parse(document.ToJsonString());
        return Document(change(InventoryDocument.Read(json.RootElement)!));
    }

    public static JsonObject Document(string ns, IReadOnlyList<InventoryEntry> entries, string? digest = null) => Document(new Inventory
    {
        Namespace = ns,
        Source = "planted",
        ManifestDigest = digest,
        AppliedAt = DateTimeOffset.UnixEpoch,
        Entries = entries,
    });

    public static InventoryEntry Entry(string apiVersion, string kind, string plural, string? ns, string name)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new()
        {
            Group = slash < 0 ? string.Empty : apiVersion[..slash],
            Version = apiVersion[(slash + 1)..],
            Kind = kind,
            Plural = plural,
            Namespace = ns,
            Name = name,
            Component = "grafana",
        };
    }

    private static JsonObject Document(Inventory inventory) => JsonNode.Parse(InventoryDocument.Write(inventory).Span)!.AsObject();
}
