namespace EmbeddedCluster.Serving;

/// <summary>One media type of an Accept header.</summary>
/// <param name="Type">Type and subtype, without parameters.</param>
/// <param name="Form">What objects are to be turned into, such as <c>Table</c>; null for as they are.</param>
internal sealed record AcceptClause(string Type, string? Form, string Group, string Version)
{
    /// <summary>Whether JSON answers it.</summary>
    public bool IsJson => Type is "application/json" or "application/*" or "*/*";

    /// <summary>Whether the form is one of meta.k8s.io, as all forms of objects are.</summary>
    public bool IsMeta => Group == "meta.k8s.io" && Version is "v1" or "v1beta1";

    public static AcceptClause Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        string? Parameter(string name) =>
            parts.Skip(1).FirstOrDefault(each => each.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        return new(parts[0], Parameter("as"), Parameter("g") ?? "", Parameter("v") ?? "");
    }
}
