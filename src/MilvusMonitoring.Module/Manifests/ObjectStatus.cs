using System.Buffers;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Manifests;

/// <summary>
/// Leaves out the <c>status</c> that generated manifests carry (definitions up to kube-prometheus 0.8 do).
/// It is the server's to write: applying it changes nothing but, before Kubernetes 1.22, claims its fields, and so every later apply
/// conflicts with the server itself.
/// </summary>
internal static class ObjectStatus
{
    /// <summary>Leaves the status out.</summary>
    /// <param name="manifest">An object.</param>
    /// <returns>The object without it; the same where it has none.</returns>
    public static ManifestObject Remove(ManifestObject manifest)
    {
        var json = manifest.ReadJson();
        if (JsonSlice.Find(json, "status").IsEmpty)
        {
            return manifest;
        }

        using var document = JsonDocument.Parse(json, new() { MaxDepth = YamlConverter.MaximumDepth + 1 });
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
