using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Kinds;

/// <summary>The kinds that a CRD defines: one for each served version.</summary>
internal static class DefinedKinds
{
    private static readonly string[] s_statusVerbs = ["get", "patch", "update"];

    public static IReadOnlyList<ResourceKind> Of(StoredObject definition)
    {
        var spec = definition.ReadRest().Child("spec");
        var names = spec.Child("names");
        return [.. spec.Items("versions")
            .Where(each => (bool?)each["served"] == true)
            .OrderBy(each => each.Text("name") ?? "", VersionOrder.Instance)
            .Select(each => Kind(definition.Name, spec, names, each))];
    }

    private static ResourceKind Kind(string definition, JsonObject spec, JsonObject names, JsonObject version)
    {
        var (group, name, kind) = (spec.Text("group") ?? "", version.Text("name") ?? "", names.Text("kind") ?? "");
        var subresources = version["subresources"] as JsonObject ?? [];
        var list = new List<Subresource>();
        if (subresources.ContainsKey("status"))
        {
            list.Add(new("status", "", name, kind, s_statusVerbs));
        }

        var scale = subresources["scale"] as JsonObject;
        if (scale is not null)
        {
            list.Add(new("scale", "autoscaling", "v1", "Scale", s_statusVerbs));
        }

        return new(group, name, names.Text("plural") ?? "", kind, spec.Text("scope") == "Namespaced")
        {
            Singular = names.Text("singular") ?? "",
            ListKind = names.Text("listKind") ?? kind + "List",
            ShortNames = Texts(names, "shortNames"),
            Categories = Texts(names, "categories"),
            Subresources = list,
            Custom = new(
                definition,
                version.At("schema.openAPIV3Schema"),
                [.. version.Items("additionalPrinterColumns").Select(Column)],
                scale?.Text("specReplicasPath"),
                scale?.Text("statusReplicasPath")),
        };
    }

    private static PrinterColumn Column(JsonObject column) =>
        new(
            column.Text("name") ?? "",
            column.Text("type") ?? "string",
            column.Text("jsonPath") ?? "",
            (int)(column.Number("priority") ?? 0),
            column.Text("description") ?? "",
            column.Text("format") ?? "");

    private static string[] Texts(JsonObject value, string key) => [.. (value[key] as JsonArray ?? []).Select(each => (string?)each ?? "")];
}
