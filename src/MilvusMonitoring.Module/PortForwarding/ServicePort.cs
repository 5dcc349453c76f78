using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A TCP port of a Service.</summary>
/// <param name="Name">Its name; empty where the Service has one port without a name. Endpoints carry the same name.</param>
/// <param name="Number">The number that the Service shows.</param>
/// <param name="IsTls">Whether its name or protocol says that it speaks TLS.</param>
internal sealed record ServicePort(string Name, int Number, bool IsTls)
{
    /// <summary>Finds the port of a Service that is meant, and says why there is none that can be forwarded to.</summary>
    /// <param name="service">The Service, as the API server gives it.</param>
    /// <param name="id">The Service in text, for errors.</param>
    /// <param name="wanted">A port's name or number; null for the only one, or the first.</param>
    /// <returns>The port.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ServiceNotForwardable"/> or <see
    /// cref="ErrorId.ObjectNotFound"/>.</exception>
    public static ServicePort Find(JsonElement service, string id, string? wanted)
    {
        var spec = service.Member("spec");
        if (spec.Text("type") == "ExternalName")
        {
            throw NotForwardable(
                id,
                $"it stands for the name {spec.Text("externalName")} outside the cluster and has no pods",
                "open that name directly");
        }

        var ports = spec.Items("ports").ToList();
        if (ports.Count == 0)
        {
            throw NotForwardable(id, "it has no ports", "name another Service");
        }

        var meant = wanted is null ? ports : [.. ports.Where(port => IsMeant(port, wanted))];
        if (meant.Count == 0)
        {
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"{id} has no port '{wanted}' but {string.Join(", ", ports.Select(Describe))}",
                "give one of these to -Port",
                id);
        }

        return meant.FirstOrDefault(IsTcp) is { ValueKind: JsonValueKind.Object } found
            ? new ServicePort(found.Text("name") ?? string.Empty, (int)(found.Number("port") ?? 0), SpeaksTls(found))
            : throw NotForwardable(
                id,
                $"{Describe(meant[0])} is no TCP port, and Kubernetes forwards nothing else",
                "name a TCP port with -Port, or another Service");
    }

    /// <summary>The error for a Service without a selector: nobody but its maker knows which pods, if any, stand behind it.</summary>
    public static MonitoringException NoPods(string id) =>
        NotForwardable(
            id,
            "no pods stand behind it: it has no selector, and its endpoints are addresses that are no pods",
            "connect to these addresses directly, or name another Service");

    private static MonitoringException NotForwardable(string id, string reason, string remedy) =>
        new(ErrorId.ServiceNotForwardable, $"Cannot forward to {id}: {reason}", remedy, id);

    private static bool IsMeant(JsonElement port, string wanted) =>
        port.Text("name") == wanted
        || (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && port.Number("port") == number);

    private static bool IsTcp(JsonElement port) => port.Text("protocol") is null or "TCP";

    private static bool SpeaksTls(JsonElement port) =>
        port.Text("appProtocol") is "https" || port.Text("name") is { } name && name.StartsWith("https", StringComparison.Ordinal);

    private static string Describe(JsonElement port) =>
        (port.Text("name") is { Length: > 0 } name ? $"{name} ({port.Number("port")}" : $"({port.Number("port")}")
        + (IsTcp(port) ? ")" : $" {port.Text("protocol")})");
}
