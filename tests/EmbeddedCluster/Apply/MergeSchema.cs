using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>How objects of one kind are merged and owned.</summary>
internal sealed class MergeSchema
{
    private MergeSchema(SchemaNode root) => Root = root;

    public SchemaNode Root { get; }

    /// <summary>A built-in kind, with an empty group for the core; one that isn't known is merged as structs and atomic lists.</summary>
    public static MergeSchema For(string group, string kind) => new(BuiltInSchemas.Find(group, kind));

    /// <summary>A custom resource, by its version's <c>schema.openAPIV3Schema</c>; null where a version has none.</summary>
    public static MergeSchema FromDefinition(JsonNode? openApiV3Schema) => new(DefinitionSchema.Root(openApiV3Schema as JsonObject));
}
