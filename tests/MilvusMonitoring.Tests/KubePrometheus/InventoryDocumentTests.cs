using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.Tests.KubePrometheus;

public sealed class InventoryDocumentTests
{
    private const string Fine =
        """{"group":"apps","version":"v1","kind":"Deployment","plural":"deployments","namespace":"monitoring","name":"grafana","component":"c"}""";

    /// <summary>What no reading may allocate.</summary>
    private const long Bound = 32 * 1024 * 1024;

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

    [Fact]
    public void As_many_entries_as_are_allowed_are_read_and_one_more_is_not()
    {
        Assert.NotNull(Read(Json([.. Enumerable.Range(0, Bounds.InventoryEntries.Limit).Select(number => With("grafana", $"g{number}"))])));
        Assert.Null(Read(Json([.. Enumerable.Range(0, Bounds.InventoryEntries.Limit + 1).Select(number => With("grafana", $"g{number}"))])));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"binaryData":{}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":"!"}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":"AAAA"}}""")]
    [InlineData("""{"binaryData":{"inventory.json.gz":7}}""")]
    public void A_damaged_inventory_is_none(string configMap) =>
        Assert.Null(InventoryDocument.Read(JsonDocument.Parse(configMap).RootElement));

    [Theory]
    [InlineData("grafana", "grafana", true)]
    [InlineData("\"grafana\"", "\"system:metrics:grafana\"", true)]
    [InlineData("\"grafana\"", "\"../../../namespaces/others\"", false)]
    [InlineData("\"grafana\"", "\"..\"", false)]
    [InlineData("\"grafana\"", "\"a%2fb\"", false)]
    [InlineData("\"grafana\"", "\"\"", false)]
    [InlineData("\"grafana\"", "null", false)]
    [InlineData("\"deployments\"", "\"deployments/a/status\"", false)]
    [InlineData("\"deployments\"", "\"secrets?watch\"", false)]
    [InlineData("\"deployments\"", "null", false)]
    [InlineData("\"Deployment\"", "\"\"", false)]
    [InlineData("\"Deployment\"", "null", false)]
    [InlineData("\"Deployment\"", "\"\\u001b[2J\"", false)]
    [InlineData("\"apps\"", "\"apps/v1\"", false)]
    [InlineData("\"apps\"", "null", false)]
    [InlineData("\"v1\"", "\"\"", false)]
    [InlineData("\"monitoring\",\"name\"", "\"a/b\",\"name\"", false)]
    [InlineData("\"component\":\"c\"", "\"component\":\"c\\u001b\"", false)]
    [InlineData("\"component\":\"c\"", "\"component\":null", false)]
    [InlineData("\"component\":\"c\"", "\"component\":\"c\",\"leftAlone\":\"by wish\"", false)]
    [InlineData("\"component\":\"c\"", "\"component\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{} } } } } } }", false)]
    public void What_an_entry_says_is_a_word_of_the_API_server(string from, string to, bool isSound) =>
        Assert.Equal(isSound, Read(Json([With(from, to)])) is not null);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData(Fine + "," + Fine)]
    public void An_inventory_with_such_entries_is_damaged(string entries) => Assert.Null(Read(Json([entries])));

    [Theory]
    [InlineData("milvus-monitoring-kube-prometheus", "monitoring", true)]
    [InlineData("milvus-monitoring-kube-prometheus", "tenant", false)]
    [InlineData("mine", "monitoring", false)]
    public void An_inventory_counts_only_in_its_own_place(string name, string ns, bool isBelieved) =>
        Assert.Equal(isBelieved, Read(Json([Fine]), name, ns) is not null);

    [Theory]
    [InlineData("", ' ')]
    [InlineData("""{"namespace":"monitoring","source":"s","appliedAt":"2026-01-01T00:00:00Z","entries":[],"x":" """, 'a')]
    public void A_bomb_is_damaged_and_allocates_little(string start, char filling) => AssertBounded(start, $"{filling}");

    [Theory]
    [InlineData("null,")]
    [InlineData("{},")]
    [InlineData("[],")]
    [InlineData(Fine + ",")]
    public void Entries_without_end_are_damaged_and_allocate_little(string entry) => AssertBounded("""{"entries":[""", entry);

    private static void AssertBounded(string start, string filling)
    {
        var document = Document(stream =>
        {
            var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(filling, 65536 / filling.Length)));
            stream.Write(Encoding.UTF8.GetBytes(start));
            for (var number = 0; number < 1600; number++)
            {
                stream.Write(block);
            }
        });
        Assert.InRange(
            document.GetProperty("binaryData").GetProperty("inventory.json.gz").GetBytesFromBase64().Length,
            1,
            Bounds.InventoryPacked.Limit);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(InventoryDocument.Read(document));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bound);
    }

    private static string With(string from, string to) => Fine.Replace(from, to, StringComparison.Ordinal);

    private static string Json(IReadOnlyList<string> entries) =>
        $$"""{"namespace":"monitoring","source":"s","appliedAt":"2026-01-01T00:00:00Z","entries":[{{string.Join(',', entries)}}]}""";

    private static Inventory? Read(
        string json,
        string name = "milvus-monitoring-kube-prometheus",
        string ns = "monitoring") => InventoryDocument.Read(Document(stream => stream.Write(Encoding.UTF8.GetBytes(json)), name, ns));

    private static JsonElement Document(
        Action<Stream> write,
        string name = "milvus-monitoring-kube-prometheus",
        string ns = "monitoring")
    {
        using var zipped = new MemoryStream();
        using (var stream = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
        {
            write(stream);
        }

        return JsonSerializer.SerializeToElement(new
        {
            metadata = new { name, @namespace = ns },
            binaryData = new Dictionary<string, byte[]> { ["inventory.json.gz"] = zipped.ToArray() },
        });
    }

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
