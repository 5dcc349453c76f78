using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>
/// The inventory as a ConfigMap: the release and the number of objects as text, and the compressed entries. Everybody who may write a
/// ConfigMap may write one, so the reader has limits and believes only a document in its own place.
/// </summary>
internal static class InventoryDocument
{
    public const string Name = "milvus-monitoring-kube-prometheus";
    public const string LabelName = "milvus-monitoring/inventory";
    public const string LabelValue = "kube-prometheus";

    private const string Key = "inventory.json.gz";

    public static ReadOnlyMemory<byte> Write(Inventory inventory)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "ConfigMap");
            writer.WriteStartObject("metadata");
            writer.WriteString("name", Name);
            writer.WriteString("namespace", inventory.Namespace);
            writer.WriteStartObject("labels");
            writer.WriteString("app.kubernetes.io/managed-by", "milvus-monitoring");
            writer.WriteString(LabelName, LabelValue);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("data");
            writer.WriteString("release", inventory.Release ?? "unknown");
            writer.WriteString("objects", $"{inventory.Entries.Count}");
            writer.WriteEndObject();
            writer.WriteStartObject("binaryData");
            writer.WriteBase64String(Key, Compress(inventory));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <returns>The inventory; null if it is damaged, or does not belong to the place where it is.</returns>
    public static Inventory? Read(JsonElement configMap)
    {
        try
        {
            var content = configMap.GetProperty("binaryData").GetProperty(Key).GetBytesFromBase64();
            if (content.Length > Bounds.InventoryPacked.Limit)
            {
                return null;
            }

            var unzipped = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            using var limited = new LimitedStream(
                unzipped,
                Bounds.InventoryContent.Limit,
                () => new InvalidDataException("The inventory is too large."));
            var inventory = InventoryJson.Read(limited);
            var metadata = configMap.Member("metadata");
            var isInPlace = metadata.Text("name") == Name && metadata.Text("namespace") == inventory.Namespace;
            return isInPlace && InventoryRules.IsSound(inventory) ? inventory : null;
        }
        catch (Exception exception)
            when (exception
                is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static byte[] Compress(Inventory inventory)
    {
        using var stream = new MemoryStream();
        using (var zipped = new GZipStream(stream, CompressionLevel.Fastest))
        {
            InventoryJson.Write(zipped, inventory);
        }

        return stream.ToArray();
    }
}
