namespace MilvusMonitoring.Kubernetes;

/// <summary>One event of a watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Object">The object, UTF-8 JSON, valid until the next event is read.</param>
internal readonly record struct WatchEvent(WatchEventKind Kind, ReadOnlyMemory<byte> Object);

/// <summary>What happened to a watched object.</summary>
internal enum WatchEventKind
{
    /// <summary>It is there: made, or there at the start.</summary>
    Added,

    /// <summary>It has changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>Nothing happened up to a resource version.</summary>
    Bookmark,

    /// <summary>The server cannot go on from where the watch began: list anew.</summary>
    Expired,
}
