using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>The port that an endpoint of a monitor scrapes.</summary>
/// <param name="Name">The name of a Service's port or, for a PodMonitor, of a container's port; null if the endpoint names none.</param>
/// <param name="Container">The name of a container's port, by <c>targetPort</c>; null if the endpoint names none.</param>
/// <param name="Number">The number of a container's port, by <c>portNumber</c> or <c>targetPort</c>; null if there is none.</param>
internal sealed record ScrapePort(string? Name, string? Container, long? Number)
{
    /// <summary>Whether the endpoint names no port, and so scrapes every port.</summary>
    private bool IsAny => Name is null && Container is null && Number is null;

    /// <summary>Reads the port of an endpoint in the order in which the operator does: a name comes before a number.</summary>
    public static ScrapePort From(JsonElement endpoint)
    {
        if (endpoint.Text("port") is { Length: > 0 } name)
        {
            return new ScrapePort(name, null, null);
        }

        if ((endpoint.Number("portNumber") ?? endpoint.Number("targetPort")) is { } number)
        {
            return new ScrapePort(null, null, number);
        }

        var container = endpoint.Text("targetPort");
        return new ScrapePort(null, string.IsNullOrEmpty(container) ? null : container, null);
    }

    /// <summary>Whether a Service has the port; null if only its pods can tell.</summary>
    public bool? IsPortOf(IReadOnlyList<string> servicePorts) => (IsAny, Name) switch
    {
        (true, _) => servicePorts.Count > 0,
        (_, { } name) => servicePorts.Contains(name),
        _ => null,
    };

    /// <summary>Whether a pod declares the port.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="isNamed">Whether a name of the port is that of a container's port, as for a PodMonitor.</param>
    public bool IsPortOf(MilvusPod pod, bool isNamed)
    {
        if (IsAny)
        {
            return pod.Ports is null or { Count: > 0 };
        }

        var name = Container ?? (isNamed ? Name : null);
        return pod.Ports is null || pod.Ports.Any(port => port.Number == Number || (name is not null && port.Name == name));
    }

    /// <returns><c>named 'metrics'</c> or <c>with the number 9091</c>.</returns>
    public string Describe()
    {
        if (IsAny)
        {
            return "at all";
        }

        return Number is { } number ? $"with the number {number}" : $"named '{Name ?? Container}'";
    }

    /// <summary>Describes the ports of several endpoints, each once.</summary>
    public static string Describe(IEnumerable<ScrapePort> ports) => string.Join(" or ", ports.Select(port => port.Describe()).Distinct());
}

/// <summary>The kind of the objects that a monitor selects.</summary>
internal static class SelectedKind
{
    public static string Of(ResourceType monitor) =>
        monitor.Kind == ResourceType.PodMonitor.Kind ? ResourceType.Pod.Kind : ResourceType.Service.Kind;
}
