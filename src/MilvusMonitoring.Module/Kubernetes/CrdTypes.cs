using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>
/// Reads the kinds of a CustomResourceDefinition, one for each served version. They are known before the server serves them.
/// </summary>
internal static class CrdTypes
{
    public static IEnumerable<ResourceType> Read(ReadOnlyMemory<byte> crd)
    {
        var spec = JsonSlice.Find(crd, "spec");
        if (spec.IsEmpty)
        {
            yield break;
        }

        var names = JsonSlice.Parse(spec, "names");
        var isNamespaced = JsonSlice.Text(spec, "scope") == "Namespaced";
        foreach (var version in ListVersions(spec))
        {
            yield return new ResourceType(
                JsonSlice.Text(spec, "group") ?? string.Empty,
                version,
                names.Text("plural") ?? string.Empty,
                names.Text("kind") ?? string.Empty,
                isNamespaced);
        }
    }

    private static List<string> ListVersions(ReadOnlyMemory<byte> spec) =>
        [.. JsonSlice.Items(spec, "versions")
            .Where(version => JsonSlice.Parse(version, "served").ValueKind != JsonValueKind.False)
            .Select(version => JsonSlice.Text(version, "name"))
            .OfType<string>()];
}
