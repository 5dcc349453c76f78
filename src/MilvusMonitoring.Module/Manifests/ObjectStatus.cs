using System.Buffers;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Manifests;

/// <summary>
/// Removes the <c>status</c> of generated manifests, as CRDs up to kube-prometheus 0.8 have.
/// Only the server writes the status. Applying a status changes nothing, but before Kubernetes 1.22 it claims the fields of the status, and
/// every later apply conflicts with the server itself.
/// </summary>
internal static class ObjectStatus
{
    /// <returns>The object without its status; the same object if it has none.</returns>
    public static ManifestObject Remove(ManifestObject manifest)
    {
        var json = manifest.ReadJson();
        if (JsonSlice.Find(json, "status").IsEmpty)
        {
            return manifest;
        }

        using var document = JsonDocument.Parse(json, new() { MaxDepth = Bounds.ManifestDepth.Limit + 1 });
        var buffer = new ArrayBufferWriter<byte>(manifest.Length);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject().Where(member => !member.NameEquals("status")))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return manifest.With(buffer.WrittenMemory);
    }
}
