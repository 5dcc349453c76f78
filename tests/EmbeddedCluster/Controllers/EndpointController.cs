using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Keeps an EndpointSlice and an Endpoints object beside every Service that selects pods.</summary>
internal sealed class EndpointController : IController
{
    private const string Manager = "kube-controller-manager";
    private const string ServiceLabel = "kubernetes.io/service-name";

    private readonly ClusterState _state;
    private readonly ControllerWriter _writer;
    private readonly ResourceKind _service;
    private readonly ResourceKind _pod;
    private readonly ResourceKind _slice;
    private readonly ResourceKind _endpoints;
    private readonly HashSet<(string Namespace, string Name)> _dirty = [];
    private readonly HashSet<string> _dirtyNamespaces = [];

    public EndpointController(ClusterState state, ControllerWriter writer)
    {
        (_state, _writer) = (state, writer);
        _service = writer.Kind("v1", "Service");
        _pod = writer.Kind("v1", "Pod");
        _endpoints = writer.Kind("v1", "Endpoints");
        _slice = state.Kinds.Preferred(new("discovery.k8s.io", "endpointslices"))!;
    }

    public void Observe(StoreEvent change)
    {
        if (change.Resource == _pod.Id)
        {
            _dirtyNamespaces.Add(change.Object.Namespace);
        }
        else if (change.Resource == _service.Id)
        {
            if (change.Type != StoreEventType.Deleted)
            {
                _dirty.Add((change.Object.Namespace, change.Object.Name));
            }
            else if (_state.Store.Find(_endpoints.Id, change.Object.Namespace, change.Object.Name) is { } endpoints)
            {
                _writer.Delete(_endpoints, endpoints);
            }
        }
    }

    public void Settle()
    {
        foreach (var ns in _dirtyNamespaces)
        {
            _dirty.UnionWith(_state.Store.List(_service.Id, ns).Items.Select(each => (each.Namespace, each.Name)));
        }

        _dirtyNamespaces.Clear();
        foreach (var key in _dirty.ToList())
        {
            _dirty.Remove(key);
            if (
                _state.Store.Find(_service.Id, key.Namespace, key.Name) is { IsTerminating: false } service
                && service.ReadRest().At("spec.selector") is JsonObject { Count: > 0 } selector)
            {
                Reconcile(service, selector);
            }
        }
    }

    private void Reconcile(StoredObject service, JsonObject selector)
    {
        var pods = _state.Store.List(_pod.Id, service.Namespace).Items
            .Where(pod => selector.All(each => pod.Labels.GetValueOrDefault(each.Key) == (string?)each.Value))
            .Select(pod => (Pod: pod, Body: pod.ReadRest()))
            .Where(each => each.Body.At("status.podIP") is not null)
            .ToList();
        var ports = service
            .ReadRest()
            .Child("spec")
            .Items("ports")
            .Select(each => EndpointPorts.Resolve(each, pods.Select(pod => pod.Body).FirstOrDefault()))
            .ToList();
        WriteSlice(service, pods, ports);
        WriteEndpoints(service, pods, ports);
    }

    private void WriteSlice(StoredObject service, List<(StoredObject Pod, JsonObject Body)> pods, List<JsonObject> ports)
    {
        var endpoints = new JsonArray([.. pods.Select(each => new JsonObject
        {
            ["addresses"] = new JsonArray(each.Body.At("status.podIP")!.DeepClone()),
            ["conditions"] = Conditions(each.Pod, each.Body),
            ["nodeName"] = PodFactory.NodeName,
            ["targetRef"] = Reference(each.Pod),
        })]);
        var slicePorts = new JsonArray([.. ports.Select(each => each.Copy())]);
        var live = _state
            .Store.List(_slice.Id, service.Namespace)
            .Items.FirstOrDefault(each =>
                each.Labels.GetValueOrDefault(ServiceLabel) == service.Name && each.Owners.Any(owner => owner.Uid == service.Uid));
        if (live is not null)
        {
            _writer.Update(_slice, live, Manager, null, value => Fill(value, endpoints, slicePorts));
            return;
        }

        var slice = Seed.Object(_slice.ApiVersion, "EndpointSlice", service.Namespace, $"{service.Name}-{Names.RandomSuffix()}");
        var metadata = slice.Child("metadata");
        metadata["labels"] = new JsonObject
        {
            [ServiceLabel] = service.Name,
            ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
        };
        metadata["ownerReferences"] = new JsonArray(PodFactory.Owner("v1", "Service", service));
        Fill(slice, endpoints, slicePorts);
        _writer.Create(_slice, slice, Manager);
    }

    /// <summary>A pod on its way out may still serve, and is not to get anything new.</summary>
    private static JsonObject Conditions(StoredObject pod, JsonObject body)
    {
        var serving = PodFactory.IsReady(body);
        return new() { ["ready"] = serving && !pod.IsTerminating, ["serving"] = serving, ["terminating"] = pod.IsTerminating };
    }

    private static bool Fill(JsonObject slice, JsonArray endpoints, JsonArray ports)
    {
        slice["addressType"] = "IPv4";
        slice["endpoints"] = endpoints.DeepClone();
        slice["ports"] = ports.DeepClone();
        return true;
    }

    private void WriteEndpoints(StoredObject service, List<(StoredObject Pod, JsonObject Body)> pods, List<JsonObject> ports)
    {
        var remaining = pods.Where(each => !each.Pod.IsTerminating).ToList();
        JsonArray Addresses(bool ready) =>
            new([
                .. remaining
                    .Where(each => PodFactory.IsReady(each.Body) == ready)
                    .Select(each => new JsonObject
                    {
                        ["ip"] = each.Body.At("status.podIP")!.DeepClone(),
                        ["nodeName"] = PodFactory.NodeName,
                        ["targetRef"] = Reference(each.Pod),
                    }),
            ]);
        var subset = new JsonObject();
        var (ready, waiting) = (Addresses(true), Addresses(false));
        if (ready.Count > 0)
        {
            subset["addresses"] = ready;
        }

        if (waiting.Count > 0)
        {
            subset["notReadyAddresses"] = waiting;
        }

        subset["ports"] = new JsonArray([.. ports.Select(each => each.Copy())]);
        var subsets = remaining.Count == 0 ? null : new JsonArray(subset);
        if (_state.Store.Find(_endpoints.Id, service.Namespace, service.Name) is { } live)
        {
            _writer.Update(_endpoints, live, Manager, null, value => FillSubsets(value, subsets));
            return;
        }

        var endpoints = Seed.Object("v1", "Endpoints", service.Namespace, service.Name);
        if (service.Labels.Count > 0)
        {
            endpoints.Child("metadata")["labels"] = service.ReadMetadata()["labels"]!.DeepClone();
        }

        FillSubsets(endpoints, subsets);
        _writer.Create(_endpoints, endpoints, Manager);
    }

    private static bool FillSubsets(JsonObject endpoints, JsonArray? subsets)
    {
        endpoints.Remove("subsets");
        if (subsets is not null)
        {
            endpoints["subsets"] = subsets.DeepClone();
        }

        return true;
    }

    private static JsonObject Reference(StoredObject pod) =>
        new()
        {
            ["kind"] = "Pod",
            ["namespace"] = pod.Namespace,
            ["name"] = pod.Name,
            ["uid"] = pod.Uid,
        };
}
