using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>The fields by which two objects differ.</summary>
internal sealed class ObjectComparison
{
    private static readonly JsonObject Empty = [];

    private readonly List<PathElement> path = [];

    private ObjectComparison()
    {
    }

    public FieldSet Added { get; } = new();

    public FieldSet Removed { get; } = new();

    public FieldSet Modified { get; } = new();

    public bool IsSame => Added.IsEmpty && Removed.IsEmpty && Modified.IsEmpty;

    /// <summary>All that the newer object has and the older has not, or has with another value.</summary>
    public FieldSet Changed => Added.Union(Modified);

    public static ObjectComparison Between(JsonObject before, JsonObject after, SchemaNode schema)
    {
        var result = new ObjectComparison();
        result.Compare(new Slot(true, before), new Slot(true, after), schema);
        return result;
    }

    private void Compare(Slot before, Slot after, SchemaNode schema)
    {
        if (before.Present && after.Present && ReferenceEquals(before.Node, after.Node))
        {
            return;
        }

        var shape = schema.ShapeFor(before.Node, after.Node);
        if (shape is Shape.Leaf || (before.IsEmpty && after.IsEmpty))
        {
            CompareWhole(before, after);
            return;
        }

        switch (shape)
        {
            case Shape.Struct or Shape.Map:
                CompareFields(before.Node as JsonObject, after.Node as JsonObject, schema);
                break;
            case Shape.ListMap or Shape.Set:
                CompareItems(before.Node as JsonArray, after.Node as JsonArray, schema);
                break;
            default:
                return;
        }

        // A container that comes or goes is itself a difference, besides what it holds.
        if (!before.Present)
        {
            Added.Insert(path);
        }
        else if (!after.Present)
        {
            Removed.Insert(path);
        }
    }

    private void CompareWhole(Slot before, Slot after)
    {
        if (!before.Present)
        {
            Added.Insert(path);
        }
        else if (!after.Present)
        {
            Removed.Insert(path);
        }
        else if (!JsonNode.DeepEquals(before.Node, after.Node))
        {
            Modified.Insert(path);
        }
    }

    private void CompareFields(JsonObject? before, JsonObject? after, SchemaNode schema)
    {
        foreach (var (name, value) in before ?? [])
        {
            Descend(PathElement.Field(name), new Slot(true, value), Field(after, name, schema), schema.Field(name));
        }

        foreach (var (name, value) in after ?? [])
        {
            if (before is null || !before.ContainsKey(name))
            {
                Descend(PathElement.Field(name), Field(before, name, schema), new Slot(true, value), schema.Field(name));
            }
        }
    }

    private static Slot Field(JsonObject? owner, string name, SchemaNode schema)
    {
        if (owner is null)
        {
            return default;
        }

        if (owner.TryGetPropertyValue(name, out var value))
        {
            return new Slot(true, value);
        }

        // A typed server holds an empty struct, or no list, where nothing has been set.
        return schema.AlwaysPresent.Contains(name) ? new Slot(true, schema.Field(name).Shape == Shape.Struct ? Empty : null) : default;
    }

    private void CompareItems(JsonArray? before, JsonArray? after, SchemaNode schema)
    {
        var older = Group(before, schema);
        var newer = Group(after, schema);
        foreach (var element in older.Keys.Union(newer.Keys))
        {
            var one = older.GetValueOrDefault(element, []);
            var other = newer.GetValueOrDefault(element, []);
            if (one.Count <= 1 && other.Count <= 1)
            {
                Descend(element, Single(one), Single(other), schema.Element!);
            }
            else if (one.Count != other.Count || !one.Zip(other).All(pair => JsonNode.DeepEquals(pair.First, pair.Second)))
            {
                // Items of the same key can't be told apart: they are compared, and owned, together.
                path.Add(element);
                (one.Count == 0 ? Added : other.Count == 0 ? Removed : Modified).Insert(path);
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    private static Slot Single(List<JsonNode?> items) => items.Count == 0 ? default : new Slot(true, items[0]);

    private static Dictionary<PathElement, List<JsonNode?>> Group(JsonArray? list, SchemaNode schema)
    {
        var result = new Dictionary<PathElement, List<JsonNode?>>();
        foreach (var item in list ?? [])
        {
            if (FieldSets.ItemElement(item, schema) is { } element)
            {
                if (!result.TryGetValue(element, out var items))
                {
                    result[element] = items = [];
                }

                items.Add(item);
            }
        }

        return result;
    }

    private void Descend(PathElement element, Slot before, Slot after, SchemaNode schema)
    {
        path.Add(element);
        Compare(before, after, schema);
        path.RemoveAt(path.Count - 1);
    }

    /// <summary>A place of an object, which may hold a null, or nothing at all.</summary>
    private readonly record struct Slot(bool Present, JsonNode? Node)
    {
        public bool IsEmpty => Node is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };
    }
}
