using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>The body of a DELETE.</summary>
internal static class DeleteOptions
{
    private static readonly byte[] AnyUid = Write(null);

    /// <summary>Deletes the object now, and the objects that it owns in the background.</summary>
    /// <param name="uid">The UID that the object must have; null for any.</param>
    public static ReadOnlyMemory<byte> Background(string? uid) => uid is null ? AnyUid : Write(uid);

    private static byte[] Write(string? uid)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "DeleteOptions");
            writer.WriteString("propagationPolicy", "Background");
            if (uid is not null)
            {
                writer.WriteStartObject("preconditions");
                writer.WriteString("uid", uid);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
