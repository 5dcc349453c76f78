using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Manifests;

/// <summary>Lists the container images that manifests name, and moves them to another registry.</summary>
/// <remarks>
/// Images are named in the containers of any pod template, in arguments of the operator, which starts containers itself,
/// and in the resources from which the operator creates pods.
/// </remarks>
internal static class ImageReferences
{
    private const string OperatorGroup = "monitoring.coreos.com";

    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];
    private static readonly string[] CommandLines = ["args", "command"];
    private static readonly string[] OperatorKinds = ["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"];

    // Recent operators use the first argument, older operators the others.
    private static readonly string[] ImageArguments =
    [
        "--prometheus-config-reloader=",
        "--config-reloader-image=",
        "--prometheus-default-base-image=",
        "--alertmanager-default-base-image=",
        "--thanos-default-base-image=",
    ];

    private static readonly JsonSerializerOptions Serialization = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>Each image once, ordered.</returns>
    public static IReadOnlyList<string> List(IEnumerable<ManifestObject> objects)
    {
        var images = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var manifest in objects)
        {
            Visit(manifest, image =>
            {
                images.Add(image);
                return image;
            });
        }

        return [.. images];
    }

    /// <summary>Moves the images of an object to another registry; see <see cref="ImageName.MoveTo"/>.</summary>
    /// <param name="registry">The registry, with or without a path: <c>registry.local:5000/mirror</c>.</param>
    /// <returns>The changed object; the same instance if it names no image.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the name of the registry is invalid.</exception>
    public static ManifestObject Rewrite(ManifestObject manifest, string registry)
    {
        var target = ImageName.NormalizeRegistry(registry);
        var changed = false;
        var root = Visit(manifest, image =>
        {
            changed = true;
            return ImageName.MoveTo(image, target);
        });
        return changed ? manifest.With(JsonSerializer.SerializeToUtf8Bytes(root, Serialization)) : manifest;
    }

    private static JsonNode? Visit(ManifestObject manifest, Func<string, string> replace)
    {
        // Parsing every object would cost more than all the rest. A CRD describes images and names none.
        if (manifest.Id.IsCrd)
        {
            return null;
        }

        var json = manifest.ReadJson().Span;
        if (json.IndexOf("mage\":"u8) < 0 && json.IndexOf("reloader"u8) < 0 && json.IndexOf("base-image="u8) < 0)
        {
            return null;
        }

        var root = JsonNode.Parse(json, documentOptions: new() { MaxDepth = Bounds.ManifestDepth.Limit + 1 });
        if (root?["spec"] is not JsonObject spec)
        {
            return root;
        }

        if (manifest.Id.Group == OperatorGroup && OperatorKinds.Contains(manifest.Id.Kind))
        {
            VisitOperatorFields(spec, replace);
        }

        VisitContainerLists(spec, replace);
        return root;
    }

    private static void VisitOperatorFields(JsonObject spec, Func<string, string> replace)
    {
        foreach (var owner in new[] { spec, spec["thanos"] as JsonObject })
        {
            ReplaceField(owner, "image", replace);
            ReplaceField(owner, "baseImage", replace);
        }
    }

    private static void VisitContainerLists(JsonNode? node, Func<string, string> replace)
    {
        foreach (var child in ListChildren(node))
        {
            VisitContainerLists(child, replace);
        }

        foreach (var list in node is JsonObject owner ? ContainerLists.Select(name => owner[name]).OfType<JsonArray>() : [])
        {
            foreach (var container in list.OfType<JsonObject>())
            {
                ReplaceField(container, "image", replace);
                ReplaceArguments(container, replace);
            }
        }
    }

    private static IEnumerable<JsonNode?> ListChildren(JsonNode? node) => node switch
    {
        JsonObject mapping => mapping.Select(property => property.Value),
        JsonArray sequence => sequence,
        _ => [],
    };

    private static void ReplaceArguments(JsonObject container, Func<string, string> replace)
    {
        foreach (var line in CommandLines.Select(name => container[name]).OfType<JsonArray>())
        {
            for (var index = 0; index < line.Count; index++)
            {
                if (ReadText(line[index]) is { } argument
                    && Array.Find(ImageArguments, name => argument.StartsWith(name, StringComparison.Ordinal)) is { } prefix
                    && ImageName.IsValid(argument[prefix.Length..]))
                {
                    line[index] = prefix + replace(argument[prefix.Length..]);
                }
            }
        }
    }

    private static void ReplaceField(JsonObject? owner, string field, Func<string, string> replace)
    {
        if (ReadText(owner?[field]) is { } image && ImageName.IsValid(image))
        {
            owner![field] = replace(image);
        }
    }

    private static string? ReadText(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
