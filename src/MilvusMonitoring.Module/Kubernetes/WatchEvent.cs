namespace MilvusMonitoring.Kubernetes;

/// <summary>One event of a watch.</summary>
/// <param name="Object">The object, UTF-8 JSON; valid until the next event is read.</param>
internal readonly record struct WatchEvent(WatchEventKind Kind, ReadOnlyMemory<byte> Object);

/// <summary>The kind of a watch event.</summary>
internal enum WatchEventKind
{
    /// <summary>The object was created, or existed at the start of the watch.</summary>
    Added,

    /// <summary>The object has changed.</summary>
    Modified,

    /// <summary>The object is gone.</summary>
    Deleted,

    /// <summary>Nothing has happened up to a resource version.</summary>
    Bookmark,

    /// <summary>The resource version of the watch is too old: the caller must list again.</summary>
    Expired,
}
