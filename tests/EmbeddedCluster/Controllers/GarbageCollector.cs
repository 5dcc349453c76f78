using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Deletes what is owned by what is gone, and keeps the promises of foreground and orphan deletion.</summary>
internal sealed class GarbageCollector(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kube-controller-manager";

    private readonly Dictionary<string, (ResourceKind Kind, StoredObject Item)> _alive = [];
    private readonly Dictionary<string, HashSet<string>> _dependents = [];
    private readonly HashSet<string> _dirty = [];

    public void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (change.Type == StoreEventType.Deleted)
        {
            _alive.Remove(item.Uid);
            _dirty.UnionWith(_dependents.GetValueOrDefault(item.Uid) ?? []);
            _dependents.Remove(item.Uid);
            foreach (var owner in item.Owners)
            {
                _dependents.GetValueOrDefault(owner.Uid)?.Remove(item.Uid);
                _dirty.Add(owner.Uid);
            }

            return;
        }

        if (state.Kinds.Preferred(change.Resource) is not { } kind)
        {
            return;
        }

        _alive[item.Uid] = (kind, item);
        foreach (var owner in item.Owners)
        {
            if (!_dependents.TryGetValue(owner.Uid, out var uids))
            {
                _dependents[owner.Uid] = uids = [];
            }

            uids.Add(item.Uid);
        }

        if (item.Owners.Count > 0 || item.IsTerminating)
        {
            _dirty.Add(item.Uid);
        }
    }

    public void Settle()
    {
        if (_dirty.Count > 0)
        {
            var due = _dirty.ToList();
            _dirty.Clear();
            loop.After(state.Options.CollectionDelay, () => Consider(due));
        }
    }

    private void Consider(List<string> due)
    {
        foreach (var uid in due)
        {
            if (_alive.TryGetValue(uid, out var entry))
            {
                Consider(entry.Kind, entry.Item);
            }
        }
    }

    private void Consider(ResourceKind kind, StoredObject item)
    {
        if (item.IsTerminating && item.Finalizers.Contains(Deletions.Orphan))
        {
            foreach (var (dependentKind, dependent) in Dependents(item))
            {
                writer.Update(dependentKind, dependent, Manager, null, value => Disown(value, item.Uid));
            }

            Release(kind, item, Deletions.Orphan);
        }
        else if (item.IsTerminating && item.Finalizers.Contains(Deletions.Foreground))
        {
            var dependents = Dependents(item);
            foreach (var (dependentKind, dependent) in dependents.Where(each => !each.Item.IsTerminating))
            {
                writer.Delete(dependentKind, dependent, "Foreground");
            }

            if (!dependents.Any(each => each.Item.Owners.Any(owner => owner.Uid == item.Uid && owner.Blocks)))
            {
                Release(kind, item, Deletions.Foreground);
            }
        }
        else if (!item.IsTerminating && item.Owners.Count > 0 && item.Owners.All(each => !_alive.ContainsKey(each.Uid)))
        {
            writer.Delete(kind, item, "Background");
        }
    }

    private List<(ResourceKind Kind, StoredObject Item)> Dependents(StoredObject owner) =>
        [.. (_dependents.GetValueOrDefault(owner.Uid) ?? []).Where(_alive.ContainsKey).Select(each => _alive[each])];

    private void Release(ResourceKind kind, StoredObject item, string finalizer) =>
        writer.Update(kind, item, Manager, null, value => Finalizers.Remove(value, finalizer));

    private static bool Disown(JsonObject value, string uid)
    {
        var metadata = value.Child("metadata");
        var kept = metadata
            .Items("ownerReferences")
            .Where(each => each.Text("uid") != uid)
            .Select(each => (JsonNode?)each.Copy())
            .ToArray();
        metadata["ownerReferences"] = new JsonArray(kept);
        if (kept.Length == 0)
        {
            metadata.Remove("ownerReferences");
        }

        return true;
    }
}
