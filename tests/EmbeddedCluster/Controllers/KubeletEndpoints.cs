using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Controllers;

/// <summary>The service that the operator keeps for the kubelets, and leaves behind.</summary>
internal sealed class KubeletEndpoints(ClusterState state, ControllerWriter writer)
{
    private const string Manager = "PrometheusOperator";
    private const string Argument = "--kubelet-service=";

    /// <param name="arguments">Those of the operator: they name the service, and what is made for it.</param>
    public void Ensure(IReadOnlyList<string> arguments)
    {
        if (
            arguments.FirstOrDefault(each => each.StartsWith(Argument, StringComparison.Ordinal))?[Argument.Length..].Split('/')
            is not [var ns, var name])
        {
            return;
        }

        var service = Labelled("v1", "Service", ns, name, name);
        service["spec"] = new JsonObject { ["clusterIP"] = "None", ["ports"] = Ports("targetPort") };
        Create(service);
        if (!arguments.Contains("--kubelet-endpoints=false"))
        {
            var endpoints = Labelled("v1", "Endpoints", ns, name, name);
            endpoints["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = PodFactory.NodeAddress, ["targetRef"] = Node() }),
                ["ports"] = Ports(null),
            });
            Create(endpoints);
        }

        if (
            arguments.Contains("--kubelet-endpointslice=true")
            && state.Kinds.Preferred(new("discovery.k8s.io", "endpointslices")) is { } kind)
        {
            var slice = Labelled(kind.ApiVersion, "EndpointSlice", ns, $"{name}-slice", name);
            slice.Child("metadata").Child("labels")["kubernetes.io/service-name"] = name;
            slice["addressType"] = "IPv4";
            slice["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(PodFactory.NodeAddress),
                ["conditions"] = new JsonObject { ["ready"] = true },
                ["targetRef"] = Node(),
            });
            slice["ports"] = Ports(null);
            Create(slice);
        }
    }

    private void Create(JsonObject value)
    {
        var kind = writer.Kind(value.Text("apiVersion")!, value.Text("kind")!);
        var metadata = value.Child("metadata");
        if (state.Store.Find(kind.Id, metadata.Text("namespace")!, metadata.Text("name")!) is null)
        {
            writer.Create(kind, value, Manager);
        }
    }

    private static JsonObject Labelled(string apiVersion, string kind, string ns, string name, string service)
    {
        var value = Seed.Object(apiVersion, kind, ns, name);
        value.Child("metadata")["labels"] = new JsonObject
        {
            ["app.kubernetes.io/managed-by"] = "prometheus-operator",
            ["app.kubernetes.io/name"] = "kubelet",
            ["k8s-app"] = service,
        };
        return value;
    }

    private static JsonObject Node() => new() { ["kind"] = "Node", ["name"] = PodFactory.NodeName };

    private static JsonArray Ports(string? targetKey)
    {
        JsonObject Port(string name, int number)
        {
            var port = new JsonObject { ["name"] = name, ["port"] = number, ["protocol"] = "TCP" };
            if (targetKey is not null)
            {
                port[targetKey] = number;
            }

            return port;
        }

        return new(Port("https-metrics", 10250), Port("http-metrics", 10255), Port("cadvisor", 4194));
    }
}
