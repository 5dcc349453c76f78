using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// What of another monitoring an installation would meet: an operator that would run the same resources, cluster-wide names that a tool
/// keeps as they are, and CRDs of another manager. Two operators that run one Prometheus undo each other's work without end.
/// </summary>
internal static class OtherMonitoringRule
{
    private const int NamesShown = 3;

    /// <summary>
    /// The beginnings of the field managers of tools that keep CRDs as they are. Any other manager is a person, a script or Kubernetes.
    /// </summary>
    private static readonly string[] Tools =
    [
        "addon-manager",
        "aks",
        "argocd",
        "catalog",
        "cluster-monitoring-operator",
        "cluster-version-operator",
        "crossplane",
        "eks",
        "fleet",
        "flux",
        "gke",
        "helm",
        "HashiCorp",
        "kapp",
        "kustomize-controller",
        "olm",
        "operator",
        "pulumi",
        "rancher",
        "Terraform",
        "terraform",
    ];

    /// <summary>Lists what the installation would meet; empty if nothing is in its way.</summary>
    /// <param name="inventories">What this module has installed. A stack that shares objects with the plan is a field conflict.</param>
    public static IReadOnlyList<string> ListReasons(
        InstallPlan plan,
        IReadOnlyList<Inventory> inventories,
        IReadOnlyList<StackOperator> operators)
    {
        var own = plan.Resources.Select(resource => resource.Id).ToHashSet();
        var shared = inventories
            .Where(inventory => inventory.Entries.Any(entry => own.Contains(entry.Id) && !entry.Id.IsNamespace && !entry.Id.IsCrd))
            .SelectMany(inventory => inventory.Entries.Select(entry => entry.Id));
        own.UnionWith(shared);
        var running = operators
            .Where(other => !own.Contains(other.Workload.Id) && other.Reach.Runs(plan.Namespace, null))
            .Select(other => $"{Describe(other)} runs the Prometheus resources of {plan.Namespace} too");
        var first = plan
            .Resources.Where(resource => resource is { Action: ResourceAction.Configured, Entry: null, Live: not null, Manifest: not null }
                && !resource.Live.Managers.Any(manager => manager.IsOurs))
            .ToList();
        var kept = first
            .Where(resource => !resource.Id.IsNamespace && !resource.Id.Name.StartsWith("system:", StringComparison.Ordinal))
            .Select(resource => (resource.Id, Keeper: FindKeeper(resource)))
            .Where(item => item.Keeper is not null)
            .ToLookup(item => item.Keeper!, item => item.Id);
        var named = kept.SelectMany(group => group).ToHashSet();
        var defined = first
            .Where(resource => resource.Id.IsCrd && !named.Contains(resource.Id))
            .Select(resource => (resource.Id, Keeper: FindManager(resource.Live!)))
            .Where(item => item.Keeper is not null)
            .ToLookup(item => item.Keeper!, item => item.Id);
        return
        [
            .. running,
            .. kept.Select(group => $"{NameFew([.. group])} {Belong(group)} to {group.Key}"),
            .. defined.Select(group => $"{NameFew([.. group])} {Belong(group)} to the field manager '{group.Key}'"),
        ];
    }

    private static string Describe(StackOperator other)
    {
        var (id, metadata) = (other.Workload.Id, other.Workload.Metadata);
        var release = StackOrigin.FindRelease(metadata) is { } name ? $"{name}, " : string.Empty;
        return $"{id} ({release}{StackRules.FindKind(id.Namespace!, metadata)} by {StackOrigin.DescribeManager(metadata)})";
    }

    /// <summary>A label that the manifest sets too tells nothing.</summary>
    private static string? FindKeeper(PlannedResource resource)
    {
        const string Label = "app.kubernetes.io/managed-by";
        var wanted = JsonSlice.Parse(resource.Manifest!.ReadJson(), "metadata").TextMap("labels");
        return StackOrigin.FindKeeper(resource.Live!) is { } keeper && keeper != wanted.GetValueOrDefault(Label) ? keeper : null;
    }

    private static string? FindManager(ObjectMetadata live) => live
        .Managers.Where(manager => manager.Subresource.Length == 0)
        .Select(manager => manager.Manager)
        .FirstOrDefault(manager => Array.Exists(Tools, tool => manager.StartsWith(tool, StringComparison.Ordinal)));

    private static string Belong(IEnumerable<ResourceId> ids) => ids.Skip(1).Any() ? "belong" : "belongs";

    private static string NameFew(IReadOnlyList<ResourceId> ids) =>
        string.Join(", ", ids.Take(NamesShown)) + (ids.Count > NamesShown ? $" and {ids.Count - NamesShown} more" : string.Empty);
}
