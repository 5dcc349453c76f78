using System.Text.Json;
using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Controllers;

internal static class EndpointPorts
{
    /// <summary>The port that a service's port leads to; a name is looked up among the container ports of the pod.</summary>
    public static JsonObject Resolve(JsonObject servicePort, JsonObject? pod)
    {
        var target = servicePort["targetPort"] ?? servicePort["port"];
        var number =
            target is not null && target.GetValueKind() == JsonValueKind.Number
                ? target.DeepClone()
                : pod?.Child("spec")
                    .Items("containers")
                    .SelectMany(each => each.Items("ports"))
                    .FirstOrDefault(each => each.Text("name") == target?.ToString())
                    ?["containerPort"]?.DeepClone()
                    ?? servicePort["port"]?.DeepClone();
        var port = new JsonObject();
        if (servicePort.Text("name") is { } name)
        {
            port["name"] = name;
        }

        port["port"] = number;
        port["protocol"] = servicePort.Text("protocol") ?? "TCP";
        return port;
    }
}
