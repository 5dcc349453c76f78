namespace EmbeddedCluster.Kinds;

/// <summary>What a collection is stored under: all versions of a kind share one.</summary>
internal readonly record struct ResourceId(string Group, string Plural)
{
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
