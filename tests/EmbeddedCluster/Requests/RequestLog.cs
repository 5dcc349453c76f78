using System.Collections.Concurrent;

namespace EmbeddedCluster;

/// <summary>One request that the cluster answered, or broke off on purpose.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Status">0 when no answer was sent.</param>
/// <param name="RequestBytes">Size of the body that came.</param>
/// <param name="Bytes">Size of the body that was sent.</param>
public sealed record LoggedRequest(
    DateTimeOffset Time,
    string Method,
    string Path,
    string User,
    string UserAgent,
    int Status,
    long RequestBytes,
    long Bytes,
    TimeSpan Duration)
{
    /// <summary>Whether it asks to change something stored; reviews and dry runs don't.</summary>
    public bool IsWrite => AsksToChange(Method, Path);

    /// <summary>Whether such a request asks to change something stored.</summary>
    public static bool AsksToChange(string method, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return method is not ("GET" or "HEAD" or "OPTIONS")
            && !path.Contains("dryRun=All", StringComparison.Ordinal)
            && !path.Contains("/authorization.k8s.io/", StringComparison.Ordinal)
            && !path.Contains("/authentication.k8s.io/", StringComparison.Ordinal);
    }
}

/// <summary>Every request in the order in which it ended. A watch is logged when it ends.</summary>
public sealed class RequestLog
{
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();

    public IReadOnlyList<LoggedRequest> All => [.. _requests];

    public IReadOnlyList<LoggedRequest> Writes => [.. _requests.Where(each => each.IsWrite)];

    public int Count => _requests.Count;

    public void Clear() => _requests.Clear();

    internal void Add(LoggedRequest request) => _requests.Enqueue(request);
}
