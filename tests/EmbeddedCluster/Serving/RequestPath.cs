namespace EmbeddedCluster.Serving;

/// <summary>The parts of a path under /api or /apis that addresses objects.</summary>
internal sealed record RequestPath(
    string Group,
    string Version,
    string Plural,
    string? Namespace,
    string? Name,
    string? Subresource,
    string Rest)
{
    /// <returns>Null for a path that addresses no objects.</returns>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var (group, at) = parts switch
        {
            ["api", _, _, ..] => ("", 1),
            ["apis", var name, _, _, ..] => (name, 2),
            _ => ("", -1),
        };
        if (at < 0)
        {
            return null;
        }

        var version = parts[at];
        var rest = parts.AsSpan(at + 1);
        string? ns = null;
        if (rest.Length >= 2 && rest[0] == "namespaces")
        {
            ns = rest[1];
            // A namespace's own subresources look like collections in it.
            if (rest.Length >= 3 && !(group.Length == 0 && rest[2] is "finalize" or "status"))
            {
                rest = rest[2..];
            }
        }

        return new(
            group,
            version,
            rest[0],
            ns,
            rest.Length > 1 ? rest[1] : null,
            rest.Length > 2 ? rest[2] : null,
            string.Join('/', rest.Length > 3 ? rest[3..].ToArray() : []));
    }

    public static string VerbOf(string method, bool named, bool watch) => method switch
    {
        "GET" or "HEAD" => watch ? "watch" : named ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => "",
    };
}
