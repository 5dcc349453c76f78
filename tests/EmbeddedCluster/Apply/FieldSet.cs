using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>A set of field paths as a tree: a node is a member itself, or only on the way to members below it.</summary>
internal sealed class FieldSet
{
    private static readonly Dictionary<PathElement, FieldSet> NoChildren = [];

    private Dictionary<PathElement, FieldSet> children = NoChildren;

    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && children.Count == 0;

    public IReadOnlyDictionary<PathElement, FieldSet> Children => children;

    public FieldSet? Child(PathElement element) => children.GetValueOrDefault(element);

    /// <summary>Adds a child that is known to be missing; an empty one is left out.</summary>
    public void Put(PathElement element, FieldSet child)
    {
        if (!child.IsEmpty)
        {
            if (ReferenceEquals(children, NoChildren))
            {
                children = [];
            }

            children[element] = child;
        }
    }

    public void Insert(IReadOnlyList<PathElement> path)
    {
        var node = this;
        foreach (var element in path)
        {
            var child = node.Child(element);
            if (child is null)
            {
                // Not by Put: the new node gets its member only after the walk.
                child = new FieldSet();
                node.children = ReferenceEquals(node.children, NoChildren) ? [] : node.children;
                node.children[element] = child;
            }

            node = child;
        }

        node.IsMember = true;
    }

    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember || other.IsMember };
        foreach (var (element, child) in children)
        {
            result.Put(element, other.Child(element) is { } match ? child.Union(match) : child);
        }

        foreach (var (element, child) in other.children)
        {
            if (!children.ContainsKey(element))
            {
                result.Put(element, child);
            }
        }

        return result;
    }

    public FieldSet Intersection(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember && other.IsMember };
        foreach (var (element, child) in children)
        {
            if (other.Child(element) is { } match)
            {
                result.Put(element, child.Intersection(match));
            }
        }

        return result;
    }

    /// <summary>Takes the other's members away; what lies below such a member stays.</summary>
    public FieldSet Difference(FieldSet other)
    {
        if (other.IsEmpty)
        {
            return this;
        }

        var result = new FieldSet { IsMember = IsMember && !other.IsMember };
        foreach (var (element, child) in children)
        {
            result.Put(element, other.Child(element) is { } match ? child.Difference(match) : child);
        }

        return result;
    }

    /// <summary>
    /// This set with every declared struct field on the way to a member made a member too; keys of maps and items of lists are not.
    /// </summary>
    public FieldSet WithNamedFields(SchemaNode schema)
    {
        var result = new FieldSet { IsMember = IsMember };
        foreach (var (element, child) in children)
        {
            var named = child.WithNamedFields(schema.Below(element));
            named.IsMember = child.IsMember || (child.children.Count > 0 && element.IsField && schema.Declares(element.Name));
            result.Put(element, named);
        }

        return result;
    }

    /// <summary>
    /// This set as the schema of today sees it: paths into what has become atomic since they were recorded give way to the whole.
    /// </summary>
    public FieldSet Reconciled(SchemaNode schema)
    {
        if (children.Count == 0)
        {
            return this;
        }

        if (schema.Shape == Shape.Leaf)
        {
            return new FieldSet { IsMember = true };
        }

        var result = new FieldSet { IsMember = IsMember };
        foreach (var (element, child) in children)
        {
            result.Put(element, child.Reconciled(schema.Below(element)));
        }

        return result;
    }

    public bool SameAs(FieldSet other) =>
        IsMember == other.IsMember
        && children.Count == other.children.Count
        && children.All(child => other.Child(child.Key) is { } match && child.Value.SameAs(match));

    /// <summary>The paths of all members, in the order of <c>fieldsV1</c>, as conflict messages spell them.</summary>
    public IEnumerable<string> Display(string prefix = "")
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (element, child) in children.OrderBy(child => child.Key))
        {
            foreach (var path in child.Display(prefix + element.Display()))
            {
                yield return path;
            }
        }
    }

    public JsonObject ToFieldsV1() => ToFieldsV1(showsItself: false);

    private JsonObject ToFieldsV1(bool showsItself)
    {
        var result = showsItself ? new JsonObject { ["."] = new JsonObject() } : [];
        foreach (var (element, child) in children.OrderBy(child => child.Key))
        {
            result[element.Text] = child.ToFieldsV1(child.IsMember && child.Children.Count > 0);
        }

        return result;
    }

    public static FieldSet FromFieldsV1(JsonObject fields)
    {
        var result = new FieldSet();
        foreach (var (text, below) in fields)
        {
            if (text == ".")
            {
                result.IsMember = true;
                continue;
            }

            var child = below is JsonObject { Count: > 0 } inner ? FromFieldsV1(inner) : new FieldSet { IsMember = true };
            result.Put(new PathElement(text), child);
        }

        return result;
    }
}
