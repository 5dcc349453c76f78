using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>How ownership treats a value.</summary>
internal enum Shape
{
    /// <summary>A scalar, or a list or object that is owned as a whole.</summary>
    Leaf,

    /// <summary>An object with named fields.</summary>
    Struct,

    /// <summary>An object with free keys, each owned by itself.</summary>
    Map,

    /// <summary>A list whose items are told apart by key fields.</summary>
    ListMap,

    /// <summary>A list of scalars, each owned by itself.</summary>
    Set,

    /// <summary>Nobody owns it: <c>metadata.managedFields</c>.</summary>
    Ignored,
}

/// <summary>What is known of the value at one place of a kind, seen from merging.</summary>
internal sealed class SchemaNode
{
    private static readonly Dictionary<string, SchemaNode> NoFields = [];

    private SchemaNode()
    {
    }

    public static SchemaNode Leaf { get; } = new() { Shape = Shape.Leaf };

    public static SchemaNode Ignored { get; } = new() { Shape = Shape.Ignored };

    /// <summary>A part of a built-in kind that needs no declaration: objects are structs, lists are atomic.</summary>
    public static SchemaNode Undeclared { get; } = Recursive(Shape.Struct);

    /// <summary>A value without a schema in a custom resource: objects are maps, lists are atomic.</summary>
    public static SchemaNode Free { get; } = Recursive(Shape.Map);

    public static SchemaNode ScalarSet { get; } = new() { Shape = Shape.Set, Element = Leaf };

    public Shape Shape { get; private init; }

    public IReadOnlyDictionary<string, SchemaNode> Fields { get; private init; } = NoFields;

    /// <summary>Fields that a typed server always holds, empty or not, so that their appearing is no change by itself.</summary>
    public IReadOnlySet<string> AlwaysPresent { get; private init; } = new HashSet<string>();

    /// <summary>
    /// Schema of a map's values, a list's items, or a struct's fields that are not in <see cref="Fields"/>; null where such a field is an
    /// error.
    /// </summary>
    public SchemaNode? Element { get; private set; }

    public IReadOnlyList<string> Keys { get; private init; } = [];

    public IReadOnlyDictionary<string, JsonNode> KeyDefaults { get; private init; } = new Dictionary<string, JsonNode>();

    public static SchemaNode MapOf(SchemaNode element) => new() { Shape = Shape.Map, Element = element };

    public static SchemaNode ListMapOf(
        SchemaNode element,
        IReadOnlyList<string> keys,
        IReadOnlyDictionary<string, JsonNode>? defaults = null) =>
        new()
        {
            Shape = Shape.ListMap,
            Element = element,
            Keys = keys,
            KeyDefaults = defaults ?? new Dictionary<string, JsonNode>(),
        };

    public static SchemaNode StructOf(
        IReadOnlyDictionary<string, SchemaNode> fields,
        SchemaNode? others,
        IReadOnlySet<string>? alwaysPresent = null) =>
        new()
        {
            Shape = Shape.Struct,
            Fields = fields,
            Element = others,
            AlwaysPresent = alwaysPresent ?? new HashSet<string>(),
        };

    /// <summary>Whether a struct names this field, as opposed to a map that merely holds the key.</summary>
    public bool Declares(string field) => Shape == Shape.Struct && (Fields.ContainsKey(field) || Element == Undeclared);

    /// <summary>The schema of what lies below a value of this one.</summary>
    public SchemaNode Below(PathElement element) => element.IsField ? Field(element.Name) : Element ?? Undeclared;

    public SchemaNode Field(string name) => Fields.GetValueOrDefault(name) ?? Element ?? Undeclared;

    /// <summary>
    /// The shape by which this value, or this pair of values, is walked: what doesn't look as declared is taken as a whole.
    /// </summary>
    public Shape ShapeFor(JsonNode? one, JsonNode? other = null) => Shape switch
    {
        Shape.Struct or Shape.Map => Fits<JsonObject>(one, other) ? Shape : Shape.Leaf,
        Shape.ListMap or Shape.Set => Fits<JsonArray>(one, other) ? Shape : Shape.Leaf,
        _ => Shape,
    };

    private static bool Fits<T>(JsonNode? one, JsonNode? other)
        where T : JsonNode =>
        one is null or T && other is null or T && (one ?? other) is not null;

    private static SchemaNode Recursive(Shape shape)
    {
        var node = new SchemaNode { Shape = shape };
        node.Element = node;
        return node;
    }
}
