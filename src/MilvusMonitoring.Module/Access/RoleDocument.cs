using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>Reads whole roles and bindings.</summary>
internal static class RoleDocument
{
    public static async Task<JsonObject?> FindAsync(
        ClusterClient client,
        ResourceType type,
        ResourceId id,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        using var document = ClusterClient.ParseResponse(body, id.ToString());
        return JsonObject.Create(document.RootElement.Clone());
    }

    public static ObjectMetadata? ReadMetadata(JsonObject? document) =>
        document?["metadata"] is { } metadata ? ObjectMetadataReader.FromMetadata(metadata.Deserialize<JsonElement>()) : null;
}
