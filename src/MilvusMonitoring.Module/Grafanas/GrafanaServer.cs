using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Grafanas;

/// <summary>A sidecar that copies dashboards from ConfigMaps into Grafana.</summary>
/// <param name="Label">The label of the ConfigMaps that it watches.</param>
/// <param name="LabelValue">The value of the label; null for any.</param>
/// <param name="Namespaces">The namespaces that it watches; null for all.</param>
internal sealed record DashboardSidecar(string Label, string? LabelValue, IReadOnlyList<string>? Namespaces);

/// <summary>A Grafana in the cluster, as its workload describes it.</summary>
/// <param name="Type">The kind of the workload.</param>
/// <param name="Live">The workload.</param>
/// <param name="Metadata">Its metadata.</param>
internal sealed record GrafanaServer(ResourceType Type, JsonElement Live, ObjectMetadata Metadata)
{
    private const string AllNamespaces = "ALL";
    private const string RootUrl = "GF_SERVER_ROOT_URL";

    /// <summary>
    /// Where Grafana's provider of files looks: in kube-prometheus, and in the Helm chart with <c>dashboardsConfigMaps</c>.
    /// </summary>
    private static readonly string[] ProviderPaths = ["/grafana-dashboard-definitions/", "/var/lib/grafana/dashboards/"];

    public ResourceId Id => Type.IdOf(Namespace, Metadata.Name);

    public string Namespace => Metadata.Namespace ?? string.Empty;

    /// <summary>The name of the Grafana resource of the Grafana Operator that runs the workload; null if none does.</summary>
    public string? OperatedBy => Live.Member("metadata").Items("ownerReferences")
        .Where(owner => owner.Text("kind") == "Grafana")
        .Select(owner => owner.Text("name"))
        .FirstOrDefault();

    /// <summary>The path below which Grafana serves its API, as its variables say; empty for none.</summary>
    public string SubPath
    {
        get
        {
            var variables = ListContainers().Select(ReadVariables).FirstOrDefault(all => all.ContainsKey(RootUrl)) ?? [];
            if (variables.GetValueOrDefault("GF_SERVER_SERVE_FROM_SUB_PATH") != "true")
            {
                return string.Empty;
            }

            // The address may have variables in place of its host and port, so that it is no URI.
            var address = variables[RootUrl];
            var host = address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
            return address.IndexOf('/', host) is >= 0 and var path ? address[path..].Trim('/') : string.Empty;
        }
    }

    /// <summary>Finds the sidecar that watches ConfigMaps; null if the workload has none.</summary>
    public DashboardSidecar? FindSidecar() => ListContainers()
        .Select(container => (Name: container.Text("name") ?? string.Empty, Variables: ReadVariables(container)))
        .Where(container => container.Variables.TryGetValue("LABEL", out var label)
            && label.Length > 0
            && container.Variables.GetValueOrDefault("RESOURCE") is not "secret"
            && (container.Name.Contains("dashboard", StringComparison.Ordinal) || label.Contains("dashboard", StringComparison.Ordinal)))
        .Select(container => new DashboardSidecar(
            container.Variables["LABEL"],
            container.Variables.GetValueOrDefault("LABEL_VALUE") is { Length: > 0 } value ? value : null,
            ListNamespaces(container.Variables.GetValueOrDefault("NAMESPACE"))))
        .FirstOrDefault();

    /// <summary>
    /// Lists the ConfigMaps that Grafana reads dashboards from and that are mounted whole, so that a new key shows as a file.
    /// </summary>
    public IReadOnlyList<string> ListMounted()
    {
        var spec = Live.Member("spec", "template").Member("spec");
        var volumes = spec.Items("volumes")
            .Select(volume => (Name: volume.Text("name"), Source: volume.Member("configMap")))
            .Where(volume => volume.Name is not null && volume.Source.Text("name") is not null && !volume.Source.Items("items").Any())
            .GroupBy(volume => volume.Name!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Source.Text("name")!, StringComparer.Ordinal);
        return
        [
            .. ListContainers()
                .SelectMany(container => container.Items("volumeMounts"))
                .Where(mount => mount.Text("subPath") is null or "" && IsProvided(mount.Text("mountPath")))
                .Select(mount => volumes.GetValueOrDefault(mount.Text("name") ?? string.Empty))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The Grafana in text.</summary>
    /// <returns><c>Deployment/monitoring/grafana</c>.</returns>
    public override string ToString() => Id.ToString();

    private static bool IsProvided(string? path) =>
        path is not null && ProviderPaths.Any(provider => path.StartsWith(provider, StringComparison.Ordinal));

    private List<string>? ListNamespaces(string? variable) => variable switch
    {
        null or "" => [Namespace],
        AllNamespaces => null,
        _ => [.. variable.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
    };

    private IEnumerable<JsonElement> ListContainers()
    {
        var spec = Live.Member("spec", "template").Member("spec");
        return spec.Items("containers").Concat(spec.Items("initContainers"));
    }

    private static Dictionary<string, string> ReadVariables(JsonElement container)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in container.Items("env"))
        {
            if (variable.Text("name") is { } name && variable.Text("value") is { } value)
            {
                variables[name] = value;
            }
        }

        return variables;
    }
}
