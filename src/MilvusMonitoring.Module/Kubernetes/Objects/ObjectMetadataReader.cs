using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Reads <see cref="ObjectMetadata"/> from a whole object or from a metadata-only object.</summary>
internal static class ObjectMetadataReader
{
    /// <summary>Reads the metadata of one object; null if the text is not an object with a name and a UID.</summary>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public static ObjectMetadata? Read(ReadOnlyMemory<byte> json)
    {
        var slice = JsonSlice.Find(json, "metadata");
        if (slice.IsEmpty)
        {
            return null;
        }

        using var document = JsonSlice.Open(slice);
        return FromMetadata(document.RootElement);
    }

    /// <summary>Reads the value of a <c>metadata</c> member; null if the name or the UID is missing.</summary>
    public static ObjectMetadata? FromMetadata(JsonElement metadata)
    {
        if (metadata.Text("name") is not { } name || metadata.Text("uid") is not { } uid)
        {
            return null;
        }

        return new ObjectMetadata
        {
            Name = name,
            Namespace = metadata.Text("namespace"),
            Uid = uid,
            ResourceVersion = metadata.Text("resourceVersion") ?? string.Empty,
            Generation = metadata.Number("generation") ?? 0,
            DeletionTimestamp = metadata.Time("deletionTimestamp"),
            Finalizers = [.. metadata.Texts("finalizers")],
            Labels = metadata.TextMap("labels"),
            Annotations = metadata.TextMap("annotations"),
            HasOwner = metadata.Items("ownerReferences").Any(),
            Managers = [.. metadata.Items("managedFields").Select(ReadManager)],
        };
    }

    private static FieldManagerEntry ReadManager(JsonElement entry) => new(
        entry.Text("manager") ?? string.Empty,
        entry.Text("operation") ?? string.Empty,
        entry.Text("subresource") ?? string.Empty,
        entry.Time("time"),
        ComputeDigest(entry.Member("fieldsV1")))
    {
        WritesStatus = entry.Member("fieldsV1", "f:status").ValueKind == JsonValueKind.Object,
    };

    private static string ComputeDigest(JsonElement fields) => fields.ValueKind == JsonValueKind.Undefined
        ? string.Empty
        : Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(fields.GetRawText())), 0, 12);
}
