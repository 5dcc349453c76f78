using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Benchmarks.Scaling;

/// <summary>The objects of a release several times over, each time under other names.</summary>
internal static class MultipliedManifests
{
    /// <summary>Writes them.</summary>
    /// <returns>How many objects there are.</returns>
    public static async Task<int> WriteAsync(string source, string target, int times, CancellationToken cancellationToken)
    {
        var objects = ManifestReader.Read(await ManifestSource.ReadAsync(source, cancellationToken), cancellationToken);
        Directory.CreateDirectory(Path.Combine(target, "manifests", "setup"));
        for (var copy = 0; copy < times; copy++)
        {
            foreach (var file in objects.GroupBy(item => item.File))
            {
                var text = new StringBuilder();
                foreach (var item in file)
                {
                    text.Append("---\n");
                    var node = JsonNode.Parse(item.ReadJson().Span)!.AsObject();
                    if (copy > 0)
                    {
                        Rename(node, copy);
                    }

                    YamlText.Write(text, node, 0);
                }

                var path = Path.Combine(
                    target,
                    "manifests",
                    Path.GetDirectoryName(file.Key)!,
                    $"{Path.GetFileNameWithoutExtension(file.Key)}-{copy}.yaml");
                await File.WriteAllTextAsync(path, text.ToString(), cancellationToken);
            }
        }

        return objects.Count * times;
    }

    private static void Rename(JsonObject item, int copy)
    {
        var metadata = item["metadata"]!;
        var name = (string)metadata["name"]!;
        var spec = item["spec"];
        switch ((string?)item["kind"])
        {
            case "CustomResourceDefinition":
                var names = spec!["names"]!.AsObject();
                names.Remove("shortNames");
                foreach (var key in new[] { "plural", "singular" })
                {
                    names[key] = $"{names[key]}{copy}";
                }

                names["kind"] = $"{names["kind"]}{copy}";
                names["listKind"] = $"{names["kind"]}List";
                metadata["name"] = $"{names["plural"]}.{spec["group"]}";
                break;
            case "APIService":
                spec!["group"] = $"copy{copy}.{spec["group"]}";
                metadata["name"] = $"{spec["version"]}.{spec["group"]}";
                break;
            default:
                metadata["name"] = $"{name}-{copy}";
                break;
        }
    }
}
