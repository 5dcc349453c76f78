using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Gives Deployments, ReplicaSets, StatefulSets and DaemonSets their pods, and counts them.</summary>
internal sealed class WorkloadController : IController
{
    private const string Manager = "kube-controller-manager";
    private const string HashLabel = "pod-template-hash";

    private static readonly string[] s_kinds = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"];

    private readonly ClusterState _state;
    private readonly ControllerWriter _writer;
    private readonly Dictionary<ResourceId, ResourceKind> _workloads;
    private readonly ResourceKind _pod;
    private readonly ResourceKind _replicaSet;
    private readonly HashSet<(ResourceId Resource, string Namespace, string Name)> _dirty = [];

    public WorkloadController(ClusterState state, ControllerWriter writer)
    {
        (_state, _writer) = (state, writer);
        _pod = writer.Kind("v1", "Pod");
        _replicaSet = writer.Kind("apps/v1", "ReplicaSet");
        _workloads = s_kinds.Select(each => writer.Kind("apps/v1", each)).ToDictionary(each => each.Id);
    }

    public void Observe(StoreEvent change)
    {
        var item = change.Object;
        if (_workloads.ContainsKey(change.Resource) && change.Type != StoreEventType.Deleted)
        {
            _dirty.Add((change.Resource, item.Namespace, item.Name));
        }

        if (change.Resource == _pod.Id || change.Resource == _replicaSet.Id)
        {
            foreach (var owner in item.Owners.Where(each => each.Controls))
            {
                if (_workloads.Values.FirstOrDefault(each => each.Kind == owner.Kind) is { } kind)
                {
                    _dirty.Add((kind.Id, item.Namespace, owner.Name));
                }
            }
        }
    }

    public void Settle()
    {
        foreach (var key in _dirty.ToList())
        {
            _dirty.Remove(key);
            if (_state.Store.Find(key.Resource, key.Namespace, key.Name) is { IsTerminating: false } live)
            {
                Reconcile(_workloads[key.Resource], live);
            }
        }
    }

    private void Reconcile(ResourceKind kind, StoredObject live)
    {
        var value = live.Read(kind.ApiVersion, kind.Kind);
        var spec = value.Child("spec");
        var hash = Hash(spec.Child("template"));
        var replicas = (int)(spec.Number("replicas") ?? 1);
        switch (kind.Kind)
        {
            case "Deployment":
                ReconcileDeployment(live, spec, hash);
                break;
            case "ReplicaSet":
                ReconcilePods(kind, live, spec, replicas, _ => null, []);
                break;
            case "StatefulSet":
                ReconcilePods(kind, live, spec, replicas, at => $"{live.Name}-{at}", [("controller-revision-hash", $"{live.Name}-{hash}")]);
                break;
            default:
                ReconcilePods(kind, live, spec, 1, _ => null, [("controller-revision-hash", hash)]);
                break;
        }

        var pods =
            kind.Kind == "Deployment"
                ? Children(_replicaSet, live).SelectMany(each => Children(_pod, each)).ToList()
                : [.. Children(_pod, live)];
        _writer.Update(kind, live, Manager, "status", fresh =>
        {
            var counts = new PodCounts(
                kind.Kind == "DaemonSet" ? 1 : replicas,
                pods.Count,
                pods.Count(each => PodFactory.IsReady(each.ReadRest())));
            WorkloadStatus.Set(kind.Kind, fresh, counts, hash);
            return true;
        });
    }

    private void ReconcileDeployment(StoredObject live, JsonObject spec, string hash)
    {
        var sets = Children(_replicaSet, live).ToList();
        foreach (var old in sets.Where(each => each.Labels.GetValueOrDefault(HashLabel) != hash))
        {
            _writer.Delete(_replicaSet, old, "Background");
        }

        var current = sets.FirstOrDefault(each => each.Labels.GetValueOrDefault(HashLabel) == hash);
        if (current is not null)
        {
            _writer.Update(_replicaSet, current, Manager, null, value =>
            {
                value.Child("spec").TakeFrom(spec, "replicas");
                return true;
            });
            return;
        }

        var set = Seed.Object("apps/v1", "ReplicaSet", live.Namespace, $"{live.Name}-{hash}");
        set.Child("metadata")["ownerReferences"] = new JsonArray(PodFactory.Owner("apps/v1", "Deployment", live));
        var template = spec.Child("template").Copy();
        template.Child("metadata").Child("labels")[HashLabel] = hash;
        set.Child("metadata")["labels"] = template.Child("metadata")["labels"]!.DeepClone();
        var selector = spec.Child("selector").Copy();
        selector.Child("matchLabels")[HashLabel] = hash;
        set["spec"] = new JsonObject { ["replicas"] = spec["replicas"]?.DeepClone(), ["selector"] = selector, ["template"] = template };
        _writer.Create(_replicaSet, set, Manager);
    }

    private void ReconcilePods(
        ResourceKind kind,
        StoredObject live,
        JsonObject spec,
        int replicas,
        Func<int, string?> nameOf,
        (string Key, string Value)[] labels)
    {
        var pods = Children(_pod, live).Where(each => !each.IsTerminating).ToList();
        foreach (var old in pods.Where(pod => labels.Any(label => pod.Labels.GetValueOrDefault(label.Key) != label.Value)).ToList())
        {
            _writer.Delete(_pod, old);
            pods.Remove(old);
        }

        foreach (var extra in pods.Skip(replicas).ToList())
        {
            _writer.Delete(_pod, extra);
            pods.Remove(extra);
        }

        for (var at = 0; at < replicas && pods.Count < replicas; at++)
        {
            var name = nameOf(at);
            if (name is not null && pods.Exists(each => each.Name == name))
            {
                continue;
            }

            var pod = PodFactory.FromTemplate(
                spec.Child("template"),
                live.Namespace,
                PodFactory.Owner(kind.ApiVersion, kind.Kind, live),
                labels);
            pod.Child("metadata")[name is null ? "generateName" : "name"] = name ?? live.Name + "-";
            if (_writer.Create(_pod, pod, Manager) is not { } created)
            {
                return;
            }

            pods.Add(created);
        }
    }

    private IEnumerable<StoredObject> Children(ResourceKind kind, StoredObject owner) =>
        _state.Store.List(kind.Id, owner.Namespace).Items.Where(each => each.Owners.Any(one => one.Uid == owner.Uid && one.Controls));

    private static string Hash(JsonObject template) =>
        string.Concat(
            SHA256
                .HashData(Encoding.UTF8.GetBytes(template.ToJsonString()))
                .Take(10)
                .Select(each => "bcdfghjklmnpqrstvwxz2456789"[each % 27]));
}
