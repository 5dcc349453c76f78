using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Stacks;

/// <summary>A Deployment, StatefulSet or DaemonSet that may be part of a monitoring.</summary>
internal sealed record StackWorkload(ResourceId Id, ObjectMetadata Metadata, JsonElement Template)
{
    public IEnumerable<JsonElement> Containers => Template.Member("spec").Items("containers");

    public string ServiceAccount => Template.Member("spec").Text("serviceAccountName") is { Length: > 0 } account ? account : "default";

    /// <summary>Reads a workload; null for an object without a name.</summary>
    public static StackWorkload? Find(ResourceType type, JsonElement live)
    {
        return ObjectMetadataReader.FromMetadata(live.Member("metadata")) is { } metadata
            ? new StackWorkload(type.IdOf(metadata.Namespace, metadata.Name), metadata, live.Member("spec").Member("template"))
            : null;
    }

    /// <summary>The container whose image has one of these names; default if there is none.</summary>
    public JsonElement FindContainer(Func<string, bool> isWanted) =>
        Containers.FirstOrDefault(container => isWanted(NameOf(container.Text("image"))));

    /// <summary>The last part of an image without its tag, which a mirror keeps: <c>prometheus-operator</c>.</summary>
    public static string NameOf(string? image) => LastPart(image).Split('@')[0].Split(':')[0];

    /// <summary>The tag of an image; null for an image without a tag.</summary>
    public static string? TagOf(string? image) => LastPart(image).Split('@')[0].Split(':') is [_, { Length: > 0 } tag] ? tag : null;

    private static string LastPart(string? image) => (image ?? string.Empty).Split('/')[^1];
}
