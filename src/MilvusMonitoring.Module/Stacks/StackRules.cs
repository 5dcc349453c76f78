using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Stacks;

/// <summary>
/// Recognises the monitoring in a cluster by what was read of it. One stack is one operator, or what belongs together without.
/// </summary>
internal static class StackRules
{
    private const string UserWorkload = "openshift-user-workload-monitoring";
    private const string VictoriaGroup = "operator.victoriametrics.com";

    /// <summary>The stacks, by namespace and name.</summary>
    public static IReadOnlyList<MonitoringStack> List(StackObjects objects)
    {
        var operators = objects.Workloads.Select(StackOperator.Find).OfType<StackOperator>().ToList();
        var operated = objects
            .Resources.Where(resource => resource.Id.Group == ResourceType.Prometheus.Group)
            .ToLookup(resource => FindOperator(operators, resource));
        return
        [
            .. operators
                .Select(found => CreateOperated(objects, found, [.. operated[found]]))
                .Concat(operated[null]
                    .GroupBy(resource => resource.Id.Namespace)
                    .Select(group => CreateOperated(objects, null, [.. group])))
                .Concat(ListVictoria(objects))
                .Concat(ListOthers(objects))
                .OrderBy(stack => stack.Namespace, StringComparer.Ordinal)
                .ThenBy(stack => stack.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The kind of a stack with a Prometheus operator, by the labels of its objects.</summary>
    public static MonitoringStackKind FindKind(string namespaceName, ObjectMetadata metadata)
    {
        var labels = metadata.Labels;
        var chart = StackOrigin.FindChart(metadata) ?? string.Empty;
        var partOf = labels.GetValueOrDefault("app.kubernetes.io/part-of");
        var isPlatform = labels.GetValueOrDefault("app.kubernetes.io/managed-by") == "cluster-monitoring-operator";
        return (namespaceName, partOf) switch
        {
            (UserWorkload, _) when isPlatform => MonitoringStackKind.OpenShiftUserWorkload,
            _ when isPlatform => MonitoringStackKind.OpenShiftPlatform,
            _ when IsChart("rancher-monitoring") || partOf == "rancher-monitoring" => MonitoringStackKind.Rancher,
            _ when IsChart("kube-prometheus-stack") || partOf == "kube-prometheus-stack" || IsNamed("kube-prometheus-stack-") =>
                MonitoringStackKind.KubePrometheusStack,
            (_, "kube-prometheus") => MonitoringStackKind.KubePrometheus,
            _ => MonitoringStackKind.PrometheusOperator,
        };

        bool IsNamed(string prefix) =>
            labels.GetValueOrDefault("app")?.StartsWith(prefix, StringComparison.Ordinal) is true
            || labels.GetValueOrDefault("app.kubernetes.io/name")?.StartsWith(prefix, StringComparison.Ordinal) is true;

        bool IsChart(string name) => chart.StartsWith(name + "-", StringComparison.Ordinal);
    }

    /// <summary>An operator that two could be is the one in the resource's own namespace, or of its release.</summary>
    private static StackOperator? FindOperator(IReadOnlyList<StackOperator> operators, OperatedResource resource) => operators
        .Where(candidate => candidate.Reach.Runs(resource.Id.Namespace!, resource.ControllerId))
        .OrderByDescending(candidate => candidate.Workload.Id.Namespace == resource.Id.Namespace)
        .ThenByDescending(candidate =>
            StackOrigin.FindRelease(candidate.Workload.Metadata) == StackOrigin.FindRelease(resource.Metadata))
        .FirstOrDefault();

    private static MonitoringStack CreateOperated(StackObjects objects, StackOperator? found, IReadOnlyList<OperatedResource> resources)
    {
        var (id, metadata) = found is null
            ? (resources[0].Id, resources[0].Metadata)
            : (found.Workload.Id, found.Workload.Metadata);
        var inventory = objects.FindInventory(id);
        var kind = FindKind(id.Namespace!, metadata);
        var scrapers = resources.Where(resource => resource.Id.Kind != "Alertmanager").ToList();
        if (kind == MonitoringStackKind.PrometheusOperator && scrapers.Count > 0)
        {
            kind = scrapers.TrueForAll(resource => resource.Id.Kind == "PrometheusAgent")
                ? MonitoringStackKind.PrometheusAgent
                : FindKind(id.Namespace!, scrapers.Find(resource => resource.Id.Kind != "PrometheusAgent")!.Metadata);
        }

        var release = StackOrigin.FindRelease(metadata);
        return new MonitoringStack
        {
            Kind = inventory is null ? kind : MonitoringStackKind.KubePrometheus,
            Name = release ?? id.Name,
            Namespace = id.Namespace!,
            ManagedBy = DescribeManager(inventory, metadata),
            Ours = inventory is not null,
            Version = inventory?.Release ?? StackOrigin.FindChartVersion(metadata),
            OperatorVersion = found?.Version,
            Operator = found?.Workload.Id.ToString(),
            WatchedNamespaces = found is null ? [] : All(found.Reach.Namespaces),
            DeniedNamespaces = found?.Reach.Denied ?? [],
            InstanceNamespaces = found is null ? [] : All(found.Reach.Instances is [] ? found.Reach.Namespaces : found.Reach.Instances),
            Prometheus = [.. scrapers.Select(Show)],
            Alertmanager = [.. resources.Except(scrapers).Select(resource => resource.Id.ToString())],
            Grafana = FindGrafana(objects, id.Namespace!, release, kind),
        };
    }

    private static IReadOnlyList<string> All(IReadOnlyList<string> namespaces) => namespaces is [] ? ["*"] : namespaces;

    private static string DescribeManager(Inventory? inventory, ObjectMetadata metadata) =>
        inventory is null ? StackOrigin.DescribeManager(metadata) : FieldManagerEntry.OurName;

    private static StackPrometheus Show(OperatedResource resource)
    {
        var spec = resource.Spec;
        return new StackPrometheus
        {
            Kind = resource.Id.Kind,
            Namespace = resource.Id.Namespace!,
            Name = resource.Id.Name,
            ServiceAccount = spec.Text("serviceAccountName") is { Length: > 0 } account ? account : DefaultAccount(resource.Id),
            Version = (spec.Text("version") ?? StackWorkload.TagOf(spec.Text("image")) ?? spec.Member("image").Text("tag"))?.TrimStart('v'),
            Paused = spec.Member("paused").ValueKind == JsonValueKind.True,
            ServiceMonitorSelector = Selector("serviceMonitorSelector", "serviceScrapeSelector"),
            ServiceMonitorNamespaceSelector = Selector("serviceMonitorNamespaceSelector", "serviceScrapeNamespaceSelector"),
            PodMonitorSelector = Selector("podMonitorSelector", "podScrapeSelector"),
            PodMonitorNamespaceSelector = Selector("podMonitorNamespaceSelector", "podScrapeNamespaceSelector"),
            RuleSelector = Selector("ruleSelector", null),
            RuleNamespaceSelector = Selector("ruleNamespaceSelector", null),
        };

        string? Selector(string name, string? victoria)
        {
            var isVictoria = resource.Id.Group == VictoriaGroup;
            var selector = spec.Member(isVictoria && victoria is not null ? victoria : name);
            if (selector.ValueKind == JsonValueKind.Object)
            {
                return LabelSelector.Describe(selector) is { Length: > 0 } text ? text : "*";
            }

            return isVictoria && spec.Member("selectAllByDefault").ValueKind == JsonValueKind.True ? "*" : null;
        }
    }

    private static string DefaultAccount(ResourceId id) =>
        id.Group == VictoriaGroup ? $"{id.Kind.ToLowerInvariant()}-{id.Name}" : "default";

    private static IEnumerable<MonitoringStack> ListVictoria(StackObjects objects)
    {
        var operators = objects.Workloads.Where(IsVictoriaOperator).ToList();
        var resources = objects.Resources.Where(resource => resource.Id.Group == VictoriaGroup).ToList();
        var plain = objects.Workloads.Where(workload => !workload.Metadata.HasOwner
            && workload.FindContainer(IsVictoriaImage).ValueKind == JsonValueKind.Object).ToList();
        foreach (var place in operators.Select(found => found.Id.Namespace)
            .Where(place => resources.Count == 0 || resources.Exists(resource => resource.Id.Namespace == place))
            .Concat(resources.Select(resource => resource.Id.Namespace))
            .Concat(plain.Select(workload => workload.Id.Namespace))
            .Distinct())
        {
            var own = resources.Where(resource => resource.Id.Namespace == place).ToList();
            var bare = plain.Where(workload => workload.Id.Namespace == place).ToList();
            var found = operators.Find(candidate => candidate.Id.Namespace == place) ?? operators.FirstOrDefault();
            var metadata = found?.Metadata ?? (own.Count > 0 ? own[0].Metadata : bare[0].Metadata);
            yield return Create(objects, MonitoringStackKind.VictoriaMetrics, place!, metadata) with
            {
                Operator = found?.Id.ToString(),
                OperatorVersion = found is null ? null : TagOf(found, IsOperatorImage),
                Prometheus =
                [
                    .. own.Where(resource => resource.Id.Kind is not "VMAlertmanager").Select(Show),
                    .. bare.Select(workload => Show(workload, IsVictoriaImage)),
                ],
                Alertmanager = [.. own.Where(resource => resource.Id.Kind is "VMAlertmanager").Select(resource => resource.Id.ToString())],
            };
        }
    }

    /// <summary>What scrapes without a Prometheus operator of its own. One tool in a namespace is one stack.</summary>
    private static IEnumerable<MonitoringStack> ListOthers(StackObjects objects) => objects
        .Workloads.Where(workload => !workload.Metadata.HasOwner && StackOperator.Find(workload) is null)
        .Select(workload => (Workload: workload, Kind: FindOther(workload)))
        .Where(found => found.Kind is not null)
        .GroupBy(found => (found.Kind, found.Workload.Id.Namespace, Release: StackOrigin.FindRelease(found.Workload.Metadata)))
        .Select(group => Create(objects, group.Key.Kind!.Value, group.Key.Namespace!, group.First().Workload.Metadata) with
        {
            Prometheus = [.. group.Select(found => Show(found.Workload, _ => true))],
        });

    private static MonitoringStackKind? FindOther(StackWorkload workload)
    {
        foreach (var image in workload.Containers.Select(container => container.Text("image") ?? string.Empty))
        {
            var kind = (StackWorkload.NameOf(image), image) switch
            {
                (_, _) when image.Contains("/prometheus-collector", StringComparison.Ordinal) => MonitoringStackKind.AzureManaged,
                (_, _) when image.Contains("/prometheus-engine/", StringComparison.Ordinal) => MonitoringStackKind.GoogleManaged,
                ("prometheus" or "mirrored-prometheus-prometheus", _) => MonitoringStackKind.Prometheus,
                ("alloy" or "mirrored-grafana-alloy" or "grafana-agent", _) => MonitoringStackKind.Alloy,
                ("agent", _) when image.Contains("grafana/agent", StringComparison.Ordinal) => MonitoringStackKind.Alloy,
                ("target-allocator", _) => MonitoringStackKind.OpenTelemetry,
                _ => (MonitoringStackKind?)null,
            };
            if (kind is not null)
            {
                return kind;
            }
        }

        return null;
    }

    private static MonitoringStack Create(StackObjects objects, MonitoringStackKind kind, string place, ObjectMetadata metadata)
    {
        var release = StackOrigin.FindRelease(metadata);
        return new MonitoringStack
        {
            Kind = kind,
            Name = release ?? metadata.Name,
            Namespace = place,
            ManagedBy = StackOrigin.DescribeManager(metadata),
            Version = StackOrigin.FindChartVersion(metadata),
            Grafana = FindGrafana(objects, place, release, kind),
        };
    }

    private static StackPrometheus Show(StackWorkload workload, Func<string, bool> isWanted) => new()
    {
        Kind = workload.Id.Kind,
        Namespace = workload.Id.Namespace!,
        Name = workload.Id.Name,
        ServiceAccount = workload.ServiceAccount,
        Version = TagOf(workload, isWanted)?.TrimStart('v'),
    };

    private static string? TagOf(StackWorkload workload, Func<string, bool> isWanted) =>
        StackWorkload.TagOf(workload.FindContainer(isWanted).Text("image"))?.TrimStart('v');

    private static string? FindGrafana(StackObjects objects, string place, string? release, MonitoringStackKind kind) => GrafanaRule
        .Choose(objects.Workloads.Where(IsGrafana), workload => workload.Id.Namespace!, workload => workload.Metadata, place, release, kind)
        ?.Id.ToString();

    private static bool IsGrafana(StackWorkload workload) => workload
        .FindContainer(image => image is "grafana" or "grafana-oss" or "grafana-enterprise" or "mirrored-grafana-grafana")
        .ValueKind == JsonValueKind.Object;

    private static bool IsVictoriaOperator(StackWorkload workload) =>
        workload.Metadata.Labels.GetValueOrDefault("app.kubernetes.io/name") == "victoria-metrics-operator"
        || workload.Containers.Any(container => IsOperatorImage(StackWorkload.NameOf(container.Text("image")))
            && container.Text("image")!.Contains("victoriametrics/", StringComparison.Ordinal));

    private static bool IsOperatorImage(string image) => image == "operator";

    private static bool IsVictoriaImage(string image) => image is "victoria-metrics" or "vmagent" or "vmsingle" or "vmselect";
}
