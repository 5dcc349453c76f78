using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Storage;

internal enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One write. A deleted object stands in <see cref="Object"/> with the revision of its deletion.</summary>
internal sealed record StoreEvent(long Revision, ResourceId Resource, StoreEventType Type, StoredObject Object, StoredObject? Previous);
