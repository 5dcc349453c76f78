using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A TCP port of a Service.</summary>
/// <param name="Name">The port's name, which endpoints carry too; empty for a port without a name.</param>
/// <param name="Number">The port's number.</param>
/// <param name="IsTls">Whether the name or the <c>appProtocol</c> says that the port speaks TLS.</param>
internal sealed record ServicePort(string Name, int Number, bool IsTls)
{
    /// <summary>Gets a port of a Service.</summary>
    /// <param name="service">The Service's JSON.</param>
    /// <param name="id">The Service in text, for errors.</param>
    /// <param name="wanted">The name or number of the port; null for the first TCP port.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ServiceNotForwardable"/> or <see
    /// cref="ErrorId.ObjectNotFound"/>.</exception>
    public static ServicePort Get(JsonElement service, string id, string? wanted)
    {
        var spec = service.Member("spec");
        if (spec.Text("type") == "ExternalName")
        {
            throw CreateNotForwardable(
                id,
                $"it is an alias of {spec.Text("externalName")} outside the cluster and has no pods",
                "open that name directly");
        }

        var ports = spec.Items("ports").ToList();
        if (ports.Count == 0)
        {
            throw CreateNotForwardable(id, "it has no ports", "name another Service");
        }

        var candidates = wanted is null ? ports : [.. ports.Where(port => Matches(port, wanted))];
        if (candidates.Count == 0)
        {
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"{id} has no port '{wanted}', only {string.Join(", ", ports.Select(Describe))}",
                "give one of them to -Port",
                id);
        }

        return candidates.FirstOrDefault(IsTcp) is { ValueKind: JsonValueKind.Object } found
            ? new ServicePort(found.Text("name") ?? string.Empty, (int)(found.Number("port") ?? 0), SpeaksTls(found))
            : throw CreateNotForwardable(
                id,
                $"{Describe(candidates[0])} is not a TCP port, and Kubernetes forwards only TCP",
                "give a TCP port to -Port, or name another Service");
    }

    /// <summary>The error for a Service without a selector whose endpoints are no pods.</summary>
    public static MonitoringException CreateNoPods(string id) =>
        CreateNotForwardable(
            id,
            "it has no selector, and its endpoints are addresses that are not pods",
            "connect to the addresses directly, or name another Service");

    private static MonitoringException CreateNotForwardable(string id, string reason, string remedy) =>
        new(ErrorId.ServiceNotForwardable, $"Cannot forward to {id}: {reason}", remedy, id);

    private static bool Matches(JsonElement port, string wanted) =>
        port.Text("name") == wanted
        || (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && port.Number("port") == number);

    private static bool IsTcp(JsonElement port) => port.Text("protocol") is null or "TCP";

    private static bool SpeaksTls(JsonElement port) =>
        port.Text("appProtocol") is "https" || port.Text("name") is { } name && name.StartsWith("https", StringComparison.Ordinal);

    private static string Describe(JsonElement port) =>
        (port.Text("name") is { Length: > 0 } name ? $"{name} ({port.Number("port")}" : $"({port.Number("port")}")
        + (IsTcp(port) ? ")" : $" {port.Text("protocol")})");
}
