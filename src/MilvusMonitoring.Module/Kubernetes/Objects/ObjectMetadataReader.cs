using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Reads <see cref="ObjectMetadata"/> from an object as the server sends it, whole or metadata-only.</summary>
internal static class ObjectMetadataReader
{
    /// <summary>Reads the metadata of one object.</summary>
    /// <param name="json">The object, UTF-8 JSON.</param>
    /// <returns>Its metadata; null where the text is no object with a name and a UID.</returns>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static ObjectMetadata? Read(ReadOnlyMemory<byte> json)
    {
        var slice = JsonSlice.Find(json, "metadata");
        if (slice.IsEmpty)
        {
            return null;
        }

        using var document = JsonDocument.Parse(slice);
        return FromMetadata(document.RootElement);
    }

    /// <summary>Reads what a <c>metadata</c> member holds.</summary>
    /// <param name="metadata">The value of the member.</param>
    /// <returns>The metadata; null where name or UID are missing.</returns>
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
            Managers = [.. metadata.Items("managedFields").Select(ManagerEntry)],
        };
    }

    private static FieldManagerEntry ManagerEntry(JsonElement entry) => new(
        entry.Text("manager") ?? string.Empty,
        entry.Text("operation") ?? string.Empty,
        entry.Text("subresource") ?? string.Empty,
        entry.Time("time"),
        Digest(entry.Member("fieldsV1")))
    {
        WritesStatus = entry.Member("fieldsV1", "f:status").ValueKind == JsonValueKind.Object,
    };

    private static string Digest(JsonElement fields) => fields.ValueKind == JsonValueKind.Undefined
        ? string.Empty
        : Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(fields.GetRawText())), 0, 12);
}
