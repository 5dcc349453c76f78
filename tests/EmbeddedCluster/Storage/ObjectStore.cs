using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Storage;

/// <summary>All objects, one revision counter for all writes, and the recent writes for watches.</summary>
internal sealed class ObjectStore(int historyLimit, long historyBytesLimit)
{
    private readonly object _gate = new();
    private readonly Dictionary<ResourceId, SortedDictionary<string, SortedDictionary<string, StoredObject>>> _objects = [];
    private readonly List<StoreEvent> _history = [];
    private long _historyBytes;
    private long _revision;
    private long _forgotten;
    private TaskCompletionSource? _pulse;

    public long Revision => Interlocked.Read(ref _revision);

    public StoredObject? Find(ResourceId resource, string ns, string name)
    {
        lock (_gate)
        {
            return FindLocked(resource, ns, name);
        }
    }

    /// <summary>The objects in order of namespace and name, and the revision at which they were seen.</summary>
    public (IReadOnlyList<StoredObject> Items, long Revision) List(ResourceId resource, string? ns)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(resource, out var namespaces))
            {
                return ([], _revision);
            }

            return ns is null
                ? ([.. namespaces.Values.SelectMany(each => each.Values)], _revision)
                : (namespaces.TryGetValue(ns, out var names) ? [.. names.Values] : [], _revision);
        }
    }

    public IReadOnlyList<ResourceId> Resources
    {
        get
        {
            lock (_gate)
            {
                return [.. _objects.Where(each => each.Value.Count > 0).Select(each => each.Key)];
            }
        }
    }

    /// <returns>Null when there is one of that name.</returns>
    public StoredObject? TryAdd(ResourceId resource, StoredObject.Draft draft)
    {
        lock (_gate)
        {
            var added = draft.Commit(_revision + 1);
            if (FindLocked(resource, added.Namespace, added.Name) is not null)
            {
                return null;
            }

            Put(resource, added);
            Record(new(added.Revision, resource, StoreEventType.Added, added, null));
            return added;
        }
    }

    /// <returns>Null when <paramref name="expected"/> is not what is stored any more.</returns>
    public StoredObject? TryReplace(ResourceId resource, StoredObject expected, StoredObject.Draft draft)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(FindLocked(resource, expected.Namespace, expected.Name), expected))
            {
                return null;
            }

            var replacement = draft.Commit(_revision + 1);
            Put(resource, replacement);
            Record(new(replacement.Revision, resource, StoreEventType.Modified, replacement, expected));
            return replacement;
        }
    }

    /// <returns>Null when <paramref name="expected"/> is not what is stored any more.</returns>
    public StoredObject? TryRemove(ResourceId resource, StoredObject expected)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(FindLocked(resource, expected.Namespace, expected.Name), expected))
            {
                return null;
            }

            var names = _objects[resource][expected.Namespace];
            names.Remove(expected.Name);
            if (names.Count == 0)
            {
                _objects[resource].Remove(expected.Namespace);
            }

            var last = new StoredObject.Draft(expected.ReadMetadata(), expected.Rest).Commit(_revision + 1);
            Record(new(last.Revision, resource, StoreEventType.Deleted, last, expected));
            return last;
        }
    }

    /// <summary>Appends the writes after <paramref name="after"/> to <paramref name="into"/>.</summary>
    /// <returns>False when some of them are forgotten already.</returns>
    public bool TryReadSince(long after, ResourceId? resource, List<StoreEvent> into, out long upTo)
    {
        lock (_gate)
        {
            upTo = _revision;
            if (after < _forgotten)
            {
                return false;
            }

            if (after < _revision)
            {
                // Every revision is one entry, so the place of an entry follows from its number.
                for (var at = (int)(after - _forgotten); at < _history.Count; at++)
                {
                    if (resource is null || _history[at].Resource == resource)
                    {
                        into.Add(_history[at]);
                    }
                }
            }

            return true;
        }
    }

    /// <summary>Completes at the next write after <paramref name="seen"/>.</summary>
    public Task Changed(long seen)
    {
        lock (_gate)
        {
            return _revision > seen ? Task.CompletedTask : (_pulse ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Forgets all writes so far, as compaction does: watches from before now are answered with 410.</summary>
    public void ForgetHistory()
    {
        lock (_gate)
        {
            _history.Clear();
            _historyBytes = 0;
            _forgotten = _revision;
        }
    }

    private StoredObject? FindLocked(ResourceId resource, string ns, string name) =>
        _objects.TryGetValue(resource, out var namespaces) && namespaces.TryGetValue(ns, out var names)
            ? names.GetValueOrDefault(name)
            : null;

    private void Put(ResourceId resource, StoredObject value)
    {
        if (!_objects.TryGetValue(resource, out var namespaces))
        {
            _objects[resource] = namespaces = new(StringComparer.Ordinal);
        }

        if (!namespaces.TryGetValue(value.Namespace, out var names))
        {
            namespaces[value.Namespace] = names = new(StringComparer.Ordinal);
        }

        names[value.Name] = value;
    }

    private void Record(StoreEvent written)
    {
        Interlocked.Exchange(ref _revision, written.Revision);
        _history.Add(written);
        _historyBytes += written.Object.Size;
        if (_history.Count > historyLimit || _historyBytes > historyBytesLimit)
        {
            Forget(Math.Max(1, _history.Count / 4));
        }

        _pulse?.SetResult();
        _pulse = null;
    }

    private void Forget(int count)
    {
        for (var at = 0; at < count; at++)
        {
            _historyBytes -= _history[at].Object.Size;
        }

        _forgotten = _history[count - 1].Revision;
        _history.RemoveRange(0, count);
    }
}
