using System.Text.Json;
using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.Tests.KubePrometheus;

public sealed class InventoryDocumentTests
{
    [Fact]
    public void An_inventory_reads_as_it_was_written()
    {
        var inventory = Of(3);
        var read = InventoryDocument.Read(Parse(InventoryDocument.Write(inventory)));
        Assert.NotNull(read);
        Assert.Equal(inventory.Entries, read.Entries);
        Assert.Equal(inventory with { Entries = [] }, read with { Entries = [] });
    }

    [Fact]
    public void Sixteen_times_the_objects_of_a_release_fit_into_a_ConfigMap() =>
        Assert.InRange(InventoryDocument.Write(Of(16 * 131)).Length, 1, 700_000);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"binaryData":{}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":"!"}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":"AAAA"}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":7}}""")]
    public void A_damaged_inventory_is_none(string configMap) =>
        Assert.Null(InventoryDocument.Read(JsonDocument.Parse(configMap).RootElement));

    private static Inventory Of(int count) =>
        new()
        {
            Namespace = "monitoring",
            Release = "v0.18.0",
            Source = "release v0.18.0",
            ManifestDigest = "d",
            AppliedAt = DateTimeOffset.UnixEpoch,
            Entries =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(number => new InventoryEntry
                    {
                        Group = "",
                        Version = "v1",
                        Kind = "ConfigMap",
                        Plural = "configmaps",
                        Namespace = "monitoring",
                        Name = $"dashboard-{number}",
                        Component = "grafana",
                        Uid = Guid.NewGuid().ToString(),
                        ResourceVersion = $"{number}",
                        OwnedFields = Guid.NewGuid().ToString("N"),
                        ManifestHash = Guid.NewGuid().ToString("N"),
                    }),
            ],
        };

    private static JsonElement Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json).RootElement;
}
