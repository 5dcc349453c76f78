using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Furnishes new namespaces, and empties and ends those that are going.</summary>
internal sealed class NamespaceController(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kube-controller-manager";

    private readonly ResourceKind _kind = writer.Kind("v1", "Namespace");
    private readonly ResourceKind _configMap = writer.Kind("v1", "ConfigMap");
    private readonly ResourceKind _account = writer.Kind("v1", "ServiceAccount");
    private readonly HashSet<string> _emptied = [];
    private readonly HashSet<string> _dirty = [];

    public void Observe(StoreEvent change)
    {
        if (change.Resource != NamespaceLifecycle.Namespaces)
        {
            // What leaves a namespace that is going may be the last thing in it.
            if (_emptied.Contains(change.Object.Namespace))
            {
                _dirty.Add(change.Object.Namespace);
            }
        }
        else if (change.Type == StoreEventType.Added)
        {
            Furnish(change.Object.Name);
        }
        else if (change.Type == StoreEventType.Deleted)
        {
            _emptied.Remove(change.Object.Name);
        }
        else if (change.Object.IsTerminating && change.Previous is { IsTerminating: false })
        {
            loop.After(state.Options.NamespaceDelay, () => Empty(change.Object));
        }
    }

    public void Settle()
    {
        foreach (var name in _dirty.ToList())
        {
            _dirty.Remove(name);
            if (state.Store.Find(_kind.Id, "", name) is { IsTerminating: true } live)
            {
                Finish(live);
            }
        }
    }

    private void Furnish(string ns)
    {
        var authority = Seed.Object("v1", "ConfigMap", ns, "kube-root-ca.crt");
        authority.Child("metadata")["annotations"] = new JsonObject { ["kubernetes.io/description"] = "Holds the certificate authority of the API server." };
        authority["data"] = new JsonObject { ["ca.crt"] = state.Authority.Pem };
        writer.Create(_configMap, authority, Manager);
        writer.Create(_account, Seed.Object("v1", "ServiceAccount", ns, "default"), Manager);
    }

    private void Empty(StoredObject ns)
    {
        foreach (var (kind, item) in Contents(ns.Name))
        {
            writer.Delete(kind, item, "Background");
        }

        _emptied.Add(ns.Name);
        Finish(ns);
    }

    private void Finish(StoredObject ns)
    {
        var contents = Contents(ns.Name).ToList();
        if (contents.Count == 0)
        {
            writer.Update(_kind, ns, Manager, "finalize", value =>
            {
                value.Child("spec").Remove("finalizers");
                return true;
            });
            return;
        }

        writer.Update(_kind, ns, Manager, "status", value =>
        {
            SetConditions(value.Child("status"), contents);
            return true;
        });
    }

    private static void SetConditions(JsonObject status, List<(ResourceKind Kind, StoredObject Item)> contents)
    {
        var remaining = string.Join(", ", contents.GroupBy(each => each.Kind.Id).Select(each => $"{each.Key.Qualified} has {each.Count()} resource instances"));
        var finalizers = contents.SelectMany(each => each.Item.Finalizers).GroupBy(each => each).Select(each => $"{each.Key} in {each.Count()} resource instances").ToList();
        Conditions.Set(status, "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered");
        Conditions.Set(status, "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed");
        Conditions.Set(status, "NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
        Conditions.Set(status, "NamespaceContentRemaining", "True", "SomeResourcesRemain", $"Some resources are remaining: {remaining}");
        if (finalizers.Count > 0)
        {
            Conditions.Set(status, "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}");
        }
        else
        {
            Conditions.Set(status, "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished");
        }
    }

    private IEnumerable<(ResourceKind Kind, StoredObject Item)> Contents(string ns) =>
        from resource in state.Store.Resources
        let kind = state.Kinds.Preferred(resource)
        where kind is { Namespaced: true }
        from item in state.Store.List(resource, ns).Items
        select (kind, item);
}
