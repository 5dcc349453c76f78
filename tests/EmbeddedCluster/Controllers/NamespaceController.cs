using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Furnishes new namespaces, and empties and ends those that are going.</summary>
internal sealed class NamespaceController(ClusterState state, ControllerWriter writer, ControllerLoop loop) : IController
{
    private const string Manager = "kube-controller-manager";

    private static readonly ResourceId s_services = new("apiregistration.k8s.io", "apiservices");

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
            else if (change.Resource == s_services)
            {
                _dirty.UnionWith(_emptied);
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
        authority.Child("metadata")["annotations"] = new JsonObject
        {
            ["kubernetes.io/description"] = "Holds the certificate authority of the API server.",
        };
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
        var unknown = Undiscovered().ToList();
        if (contents.Count == 0 && unknown.Count == 0)
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
            SetConditions(value.Child("status"), contents, unknown);
            return true;
        });
    }

    private static void SetConditions(JsonObject status, List<(ResourceKind Kind, StoredObject Item)> contents, List<string> unknown)
    {
        var remaining = string.Join(
            ", ",
            contents.GroupBy(each => each.Kind.Id).Select(each => $"{each.Key.Qualified} has {each.Count()} resource instances"));
        var finalizers = contents
            .SelectMany(each => each.Item.Finalizers)
            .GroupBy(each => each)
            .Select(each => $"{each.Key} in {each.Count()} resource instances")
            .ToList();
        if (unknown.Count > 0)
        {
            var failing = string.Join(", ", unknown.Select(version => $"{version}: the server is currently unable to handle the request"));
            Conditions.Set(
                status,
                "NamespaceDeletionDiscoveryFailure",
                "True",
                "DiscoveryFailed",
                $"Discovery failed for some groups, {unknown.Count} failing: unable to retrieve the complete list of server APIs: {failing}"
            );
        }
        else
        {
            Conditions.Set(
                status,
                "NamespaceDeletionDiscoveryFailure",
                "False",
                "ResourcesDiscovered",
                "All resources successfully discovered");
        }

        Conditions.Set(
            status,
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed");
        Conditions.Set(
            status,
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization");
        if (contents.Count > 0)
        {
            Conditions.Set(
                status,
                "NamespaceContentRemaining",
                "True",
                "SomeResourcesRemain",
                $"Some resources are remaining: {remaining}");
        }
        else
        {
            Conditions.Set(status, "NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed");
        }

        if (finalizers.Count > 0)
        {
            Conditions.Set(
                status,
                "NamespaceFinalizersRemaining",
                "True",
                "SomeFinalizersRemain",
                $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}");
        }
        else
        {
            Conditions.Set(
                status,
                "NamespaceFinalizersRemaining",
                "False",
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished");
        }
    }

    /// <summary>The versions behind API services that nobody answers for: nobody knows what of them is in the namespace.</summary>
    private IEnumerable<string> Undiscovered() =>
        from service in state.Store.List(s_services, null).Items
        let value = service.ReadRest()
        where value.At("spec.service") is not null
            && !value.Child("status").Items("conditions").Any(each => each.Text("type") == "Available" && each.Text("status") == "True")
        select $"{value.Child("spec").Text("group")}/{value.Child("spec").Text("version")}";

    private IEnumerable<(ResourceKind Kind, StoredObject Item)> Contents(string ns) =>
        from resource in state.Store.Resources
        let kind = state.Kinds.Preferred(resource)
        where kind is { Namespaced: true }
        from item in state.Store.List(resource, ns).Items
        select (kind, item);
}
