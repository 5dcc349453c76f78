namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>One request to the API server.</summary>
/// <param name="Method">The method.</param>
/// <param name="PathAndQuery">The path below the server's address, with its query: <c>/api/v1/nodes?limit=1</c>.</param>
internal sealed record ClusterRequest(HttpMethod Method, string PathAndQuery)
{
    /// <summary>The media type of a server-side apply, whose body may be JSON.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>How long one try may take when nothing else is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The media types that are understood; an upgrade sends none.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>How long one try may take, answer included; for a long-lived one, until its headers are there.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the answer goes on for as long as the caller reads it, as a watch does; its body is not read ahead.</summary>
    public bool LongLived { get; init; }

    /// <summary>What to go on as after the answer; null for plain HTTP.</summary>
    public WebSocketUpgrade? Upgrade { get; init; }

    /// <summary>Whether it is tried again when the server is overloaded, restarting or out of reach.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>
    /// Set where the method does not show it: a question that is posted, a patch that holds for one resource version only.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether doing it twice does no more than doing it once.</summary>
    public bool IsIdempotent =>
        IsRepeatable
        || Method == HttpMethod.Get || Method == HttpMethod.Head || Method == HttpMethod.Put || Method == HttpMethod.Delete
        || (Method == HttpMethod.Patch && ContentType is ApplyPatch or "application/merge-patch+json");
}
