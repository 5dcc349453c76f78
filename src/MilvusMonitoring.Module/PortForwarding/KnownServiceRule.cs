using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A Service of a stack that has a web page.</summary>
/// <param name="Port">The number of the port with the page.</param>
internal sealed record StackService(ResourceId Id, JsonElement Service, ObjectMetadata Metadata, string Port);

/// <summary>
/// Recognises the Services of Prometheus, Alertmanager and Grafana in a namespace: by what they select and by their labels, since every
/// stack has names of its own.
/// </summary>
internal static class KnownServiceRule
{
    private const string NameLabel = "app.kubernetes.io/name";

    private static readonly string[] WebPorts = ["web", "http-web", "http", "service", "https-web", "https"];

    /// <summary>Lists the best matches; more than one if nothing tells them apart.</summary>
    /// <param name="services">The Services of one namespace.</param>
    /// <param name="known">The service that the user means.</param>
    /// <param name="prometheusName">The name of the Prometheus resource that is meant; null for any.</param>
    public static IReadOnlyList<StackService> List(IReadOnlyList<JsonElement> services, KnownService known, string? prometheusName)
    {
        var found = services.Select(Read).OfType<StackService>().ToList();
        return known.Title switch
        {
            KnownService.Grafana => ListGrafana(found, services),
            KnownService.Alertmanager => ListBest(found, IsAlertmanager),
            _ => ListBest(found, service => IsPrometheus(service, prometheusName)),
        };

        StackService? Read(JsonElement service) =>
            ObjectMetadataReader.FromMetadata(service.Member("metadata")) is { } metadata && FindPort(service, known) is { } port
                ? new StackService(ResourceType.Service.IdOf(metadata.Namespace, metadata.Name), service, metadata, port)
                : null;
    }

    private static IReadOnlyList<StackService> ListBest(IReadOnlyList<StackService> services, Func<StackService, int> rank)
    {
        var best = services.Select(rank).DefaultIfEmpty(0).Max();
        return best == 0 ? [] : [.. services.Where(service => rank(service) == best)];
    }

    /// <summary>
    /// A Service for one Prometheus is preferred to the operated one, which selects every Prometheus of the namespace.
    /// </summary>
    private static int IsPrometheus(StackService service, string? name)
    {
        var selector = service.Service.Member("spec").TextMap("selector");
        var selected = selector.GetValueOrDefault("operator.prometheus.io/name") ?? selector.GetValueOrDefault("prometheus");
        if (selected is not null)
        {
            return name is null || name == selected ? 4 : 0;
        }

        if (service.Id.Name == "prometheus-operated")
        {
            return 3;
        }

        return selector.GetValueOrDefault(NameLabel) switch
        {
            "prometheus" => 2,
            "vmsingle" or "vmselect" or "victoria-metrics-single" => 1,
            null when selector.GetValueOrDefault("app") == "prometheus" => 2,
            _ => 0,
        };
    }

    private static int IsAlertmanager(StackService service)
    {
        var selector = service.Service.Member("spec").TextMap("selector");
        if (selector.ContainsKey("alertmanager"))
        {
            return 3;
        }

        return (service.Id.Name, selector.GetValueOrDefault(NameLabel)) switch
        {
            ("alertmanager-operated", _) => 2,
            (_, "alertmanager" or "vmalertmanager") => 1,
            _ => 0,
        };
    }

    private static List<StackService> ListGrafana(IReadOnlyList<StackService> candidates, IReadOnlyList<JsonElement> services)
    {
        var found = candidates.Where(IsGrafana).ToList();
        if (found.Count < 2)
        {
            return found;
        }

        // The stack of the namespace is that of its Prometheus.
        var stack = List(services, KnownService.Get(KnownService.Prometheus), null).Select(service => service.Metadata).FirstOrDefault();
        var own = stack is null ? null : GrafanaRule.Choose(
            found,
            service => service.Id.Namespace!,
            service => service.Metadata,
            found[0].Id.Namespace!,
            StackOrigin.FindRelease(stack),
            StackRules.FindKind(found[0].Id.Namespace!, stack));
        return own is null ? found : [own];
    }

    private static bool IsGrafana(StackService service)
    {
        var selector = service.Service.Member("spec").TextMap("selector");
        return (selector.GetValueOrDefault(NameLabel) ?? selector.GetValueOrDefault("app")) == "grafana";
    }

    private static string? FindPort(JsonElement service, KnownService known)
    {
        var ports = service.Member("spec").Items("ports").ToList();
        var port = ports.Find(candidate => candidate.Number("port") == known.Port);
        if (port.ValueKind != JsonValueKind.Object)
        {
            port = ports.Find(candidate => candidate.Number("port") == 80 || WebPorts.Contains(candidate.Text("name")));
        }

        return port.Number("port") is { } number ? $"{number}" : null;
    }
}
