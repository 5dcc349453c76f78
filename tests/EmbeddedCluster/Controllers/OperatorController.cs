using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Kubelet;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>
/// The visible part of the Prometheus operator, while a Deployment of it is available: stateful sets, their services, rule files, statuses.
/// As the real one does, it asks discovery for its kinds once, at the start of its pod: 0.87 logs
/// <c>resource "prometheuses" (group: "monitoring.coreos.com/v1") not installed in the cluster</c> for what is not shown then, and leaves
/// that alone until its pod starts anew.
/// </summary>
internal sealed class OperatorController : IController
{
    private const string Group = "monitoring.coreos.com";
    private const string Manager = "PrometheusOperator";

    private readonly ClusterState _state;
    private readonly ControllerWriter _writer;
    private readonly ResourceKind _deployment;
    private readonly ResourceKind _set;
    private readonly ResourceKind _service;
    private readonly ResourceKind _pod;
    private readonly KubeletEndpoints _kubelet;
    private readonly RuleFiles _rules;

    /// <summary>The kinds that discovery showed when a pod of the operator started, by the pod's UID.</summary>
    private readonly Dictionary<string, IReadOnlySet<string>> _seen = [];
    private bool _dirty;

    public OperatorController(ClusterState state, ControllerWriter writer)
    {
        (_state, _writer) = (state, writer);
        _deployment = writer.Kind("apps/v1", "Deployment");
        _set = writer.Kind("apps/v1", "StatefulSet");
        _service = writer.Kind("v1", "Service");
        _pod = writer.Kind("v1", "Pod");
        _kubelet = new(state, writer);
        _rules = new(state, writer, Manager);
    }

    public void Observe(StoreEvent change)
    {
        _dirty |= change.Resource == _deployment.Id || change.Resource == _set.Id || change.Resource.Group == Group;
        if (change.Resource == _pod.Id)
        {
            ObservePod(change);
        }
    }

    public void Settle()
    {
        if (!_dirty)
        {
            return;
        }

        _dirty = false;
        var running = _state.Store.List(_deployment.Id, null).Items.Select(each => each.ReadRest()).FirstOrDefault(IsRunningOperator);
        if (running is null)
        {
            return;
        }

        _kubelet.Ensure(Arguments(running));
        var seen = _seen.Values.SelectMany(kinds => kinds).ToHashSet();
        foreach (var (plural, image) in (ReadOnlySpan<(string, string)>)[("prometheuses", "prometheus"), ("alertmanagers", "alertmanager")])
        {
            if (seen.Contains(plural) && _state.Kinds.Preferred(new(Group, plural)) is { } kind)
            {
                foreach (var item in _state.Store.List(kind.Id, null).Items.Where(each => !each.IsTerminating))
                {
                    Reconcile(kind, item, image);
                }
            }
        }
    }

    private void ObservePod(StoreEvent change)
    {
        var pod = change.Object;
        var rest = pod.ReadRest();
        if (change.Type == StoreEventType.Deleted || pod.IsTerminating || !PodRuns.IsRunning(rest))
        {
            _seen.Remove(pod.Uid);
        }
        else if (!_seen.ContainsKey(pod.Uid) && rest.Child("spec").Items("containers").Any(IsOperator))
        {
            _seen[pod.Uid] = _state.Kinds.Discovered.Where(kind => kind.Group == Group).Select(kind => kind.Plural).ToHashSet();
            _dirty = true;
        }
    }

    /// <summary>Every stack runs the operator's image, and calls its container as it likes.</summary>
    private static bool IsOperator(JsonObject container) =>
        container.Text("image")?.Split('@')[0].Split('/')[^1].Split(':')[0] == "prometheus-operator";

    private static bool IsRunningOperator(JsonObject deployment) =>
        (deployment.Child("status").Number("availableReplicas") ?? 0) > 0 && Containers(deployment).Any(IsOperator);

    private static IEnumerable<JsonObject> Containers(JsonObject deployment) =>
        (deployment.At("spec.template.spec") as JsonObject ?? []).Items("containers");

    private static List<string> Arguments(JsonObject deployment) =>
        [.. Containers(deployment).SelectMany(each => each["args"] as JsonArray ?? []).Select(each => (string?)each ?? "")];

    private void Reconcile(ResourceKind kind, StoredObject item, string product)
    {
        var value = item.Read(kind.ApiVersion, kind.Kind);
        var replicas = value.Child("spec").Number("replicas") ?? 1;
        var name = $"{product}-{item.Name}";
        EnsureService(kind, item, product);
        var set = _state.Store.Find(_set.Id, item.Namespace, name);
        if (set is null)
        {
            _writer.Create(_set, StatefulSets.For(kind, item, value, product, name, replicas), Manager);
        }
        else
        {
            _writer.Update(_set, set, Manager, null, live => StatefulSets.Adjust(live, value, product, replicas));
        }

        if (product == "prometheus" && _state.Kinds.Preferred(new(Group, "prometheusrules")) is { } rules)
        {
            _rules.Reconcile(kind, item, rules);
        }

        if (kind.HasStatus)
        {
            var ready = set?.ReadRest().Child("status").Number("readyReplicas") ?? 0;
            _writer.Update(kind, item, Manager, "status", live => SetStatus(live, replicas, ready));
        }
    }

    private void EnsureService(ResourceKind kind, StoredObject item, string product)
    {
        var name = $"{product}-operated";
        if (_state.Store.Find(_service.Id, item.Namespace, name) is not null)
        {
            return;
        }

        var service = Seed.Object("v1", "Service", item.Namespace, name);
        service.Child("metadata")["labels"] = new JsonObject { [$"operated-{product}"] = "true", ["managed-by"] = "prometheus-operator" };
        service.Child("metadata")["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = kind.ApiVersion,
                ["kind"] = kind.Kind,
                ["name"] = item.Name,
                ["uid"] = item.Uid,
            });
        service["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app.kubernetes.io/name"] = product },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "web", ["port"] = StatefulSets.PortOf(product), ["targetPort"] = "web" }),
        };
        _writer.Create(_service, service, Manager);
    }

    private static bool SetStatus(JsonObject value, long replicas, long ready)
    {
        var status = value.Child("status");
        var generation = value.Child("metadata").Number("generation") ?? 1;
        status["paused"] = false;
        status["replicas"] = replicas;
        status["updatedReplicas"] = replicas;
        status["availableReplicas"] = ready;
        status["unavailableReplicas"] = replicas - ready;
        if (ready >= replicas)
        {
            Conditions.Set(status, "Available", "True", "", "", generation);
        }
        else
        {
            Conditions.Set(
                status,
                "Available",
                ready > 0 ? "Degraded" : "False",
                ready > 0 ? "SomePodsNotReady" : "NoPodReady",
                $"{ready} of {replicas} pods are ready",
                generation);
        }

        Conditions.Set(status, "Reconciled", "True", "", "", generation);
        return true;
    }
}
