namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>One request to the API server.</summary>
/// <param name="PathAndQuery">The path below the server's address, with its query: <c>/api/v1/nodes?limit=1</c>.</param>
internal sealed record ClusterRequest(HttpMethod Method, string PathAndQuery)
{
    /// <summary>The media type of a server-side apply. The body may be JSON.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    public const string MergePatch = "application/merge-patch+json";

    /// <summary>The limit of one try, if the request has none of its own.</summary>
    public static readonly TimeSpan DefaultTimeout = Bounds.ApiTime.Time;

    /// <summary>The path without the query.</summary>
    public string Path => PathAndQuery.Split('?')[0];

    /// <summary>The media types that the caller reads. An upgrade sends none.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The media type of the body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The limit of one try, response included. For a long-lived request the limit ends with the response's headers.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the response lasts as long as the caller reads, as for a watch. Such a body is not buffered.</summary>
    public bool LongLived { get; init; }

    /// <summary>Whether the response is a list, whose items are read one by one.</summary>
    public bool IsList { get; init; }

    /// <summary>The protocol that follows the response; null for plain HTTP.</summary>
    public WebSocketUpgrade? Upgrade { get; init; }

    /// <summary>Whether the request is tried again if the server is overloaded, restarting or unreachable.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>
    /// Marks a repeatable request whose method does not show it: an access review, or a patch that holds for one resource version only.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether sending the request twice has the same effect as sending it once.</summary>
    public bool IsIdempotent =>
        IsRepeatable
        || Method == HttpMethod.Get || Method == HttpMethod.Head || Method == HttpMethod.Put || Method == HttpMethod.Delete
        || (Method == HttpMethod.Patch && ContentType is ApplyPatch or MergePatch);
}
