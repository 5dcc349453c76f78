using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>The inventory as a ConfigMap: the release and the number of objects as text, and the compressed entries.</summary>
internal static partial class InventoryDocument
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

    /// <returns>The inventory; null if it is damaged.</returns>
    public static Inventory? Read(JsonElement configMap)
    {
        try
        {
            var content = configMap.GetProperty("binaryData").GetProperty(Key).GetBytesFromBase64();
            using var unzipped = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            return JsonSerializer.Deserialize(unzipped, InventoryJson.Default.Inventory);
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
            JsonSerializer.Serialize(zipped, inventory, InventoryJson.Default.Inventory);
        }

        return stream.ToArray();
    }

    [JsonSourceGenerationOptions(
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        IgnoreReadOnlyProperties = true
    )]
    [JsonSerializable(typeof(Inventory))]
    private sealed partial class InventoryJson : JsonSerializerContext;
}
