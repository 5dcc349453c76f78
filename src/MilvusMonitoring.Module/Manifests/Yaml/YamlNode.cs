namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>What a node of YAML is.</summary>
internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A place in a text, each number from 0.</summary>
internal readonly record struct YamlPlace(int Line, int Column);

/// <summary>
/// A node of a YAML document with its place in the text. A scalar keeps its text as it is written: a program that reads texts only takes
/// <c>yes</c> and <c>1e3</c> as such.
/// </summary>
internal sealed record YamlNode(YamlKind Kind, YamlPlace Start)
{
    /// <summary>The text of a scalar; empty for another node.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Whether a scalar is written without quotes, so that <c>null</c> and nothing mean that there is no value.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether a sequence or a mapping is written in brackets or braces.</summary>
    public bool IsFlow { get; init; }

    /// <summary>Whether the node stands at another place and is only referred to.</summary>
    public bool IsAlias { get; init; }

    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    public IReadOnlyList<(YamlNode Key, YamlNode Value)> Members { get; init; } = [];

    /// <summary>How many nodes there are with all below, each counted as often as it is referred to.</summary>
    public long Size { get; init; } = 1;

    /// <summary>Whether the node says that there is no value.</summary>
    public bool IsNull => Kind == YamlKind.Scalar && IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Finds a member of a mapping, also one that is merged in; null if there is none, or no value.</summary>
    public YamlNode? Find(string name)
    {
        if (FindMember(name) is { } own)
        {
            return own.Value.IsNull ? null : own.Value;
        }

        if (FindMember("<<") is not { Key.IsPlain: true, Value: var merged })
        {
            return null;
        }

        var sources = merged.Kind == YamlKind.Sequence ? merged.Items : [merged];
        return sources.Select(source => source.Find(name)).FirstOrDefault(found => found is not null);
    }

    /// <summary>Finds a member of a mapping with its key; null if there is none.</summary>
    public (YamlNode Key, YamlNode Value)? FindMember(string name) =>
        Members.Where(member => member.Key.Text == name).Select(member => ((YamlNode, YamlNode)?)member).FirstOrDefault();

    /// <summary>The text of a member; null if there is none, or no scalar.</summary>
    public string? FindText(string name) => Find(name) is { Kind: YamlKind.Scalar } value ? value.Text : null;

    /// <summary>The items of a member; none if there are none.</summary>
    public IReadOnlyList<YamlNode> ListItems(string name) => Find(name)?.Items ?? [];

    /// <summary>Whether two nodes say the same. Places and style do not count.</summary>
    public static bool AreEqual(YamlNode left, YamlNode right) =>
        left.Kind == right.Kind
        && left.Text == right.Text
        && left.IsNull == right.IsNull
        && left.Items.Count == right.Items.Count
        && left.Members.Count == right.Members.Count
        && left.Items.Zip(right.Items).All(pair => AreEqual(pair.First, pair.Second))
        && left.Members.Zip(right.Members).All(pair =>
            AreEqual(pair.First.Key, pair.Second.Key) && AreEqual(pair.First.Value, pair.Second.Value));
}
