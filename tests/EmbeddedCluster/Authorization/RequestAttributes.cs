namespace EmbeddedCluster.Authorization;

/// <summary>What somebody asks to do: something with a resource, or with a path that is none.</summary>
internal sealed record RequestAttributes(string User, IReadOnlyList<string> Groups, string Verb)
{
    /// <summary>Empty for the core group.</summary>
    public string ApiGroup { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Name of the object; empty where the request names none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Empty for a request at the cluster scope.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>A path such as <c>/metrics</c>; null for a request to a resource.</summary>
    public string? NonResourceUrl { get; init; }

    public string CombinedResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <summary>What a server says when the answer is no.</summary>
    public string Refusal
    {
        get
        {
            if (NonResourceUrl is not null)
            {
                return $"User \"{User}\" cannot {Verb} path \"{NonResourceUrl}\"";
            }

            var scope = Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{Namespace}\"";
            return $"User \"{User}\" cannot {Verb} resource \"{CombinedResource}\" in API group \"{ApiGroup}\" {scope}";
        }
    }
}

/// <summary>An answer, with its reason; the reason is empty where a server gives none.</summary>
internal sealed record Decision(bool Allowed, string Reason);
