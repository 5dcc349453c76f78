using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Serving;

/// <summary>One version of an API group as discovery shows it.</summary>
/// <param name="IsLocal">False when an APIService sends it to a service.</param>
internal sealed record ApiGroupVersion(string Group, string Version, bool IsLocal, bool IsAvailable, IReadOnlyList<ResourceKind> Kinds);

/// <summary>The groups and versions there are, in order of discovery.</summary>
internal sealed class ApiCatalog(ClusterState state)
{
    private static readonly ResourceId s_services = new("apiregistration.k8s.io", "apiservices");

    // What a metrics API shows of itself; other services behind an APIService show nothing.
    private static readonly ResourceKind[] s_metrics =
    [
        new("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false) { Verbs = ["get", "list"] },
        new("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true) { Verbs = ["get", "list"] },
    ];

    public IReadOnlyList<ApiGroupVersion> All()
    {
        var remote = Remote().ToDictionary(each => (each.Group, each.Version));
        var local = state.Kinds.Discovered
            .GroupBy(each => (each.Group, each.Version))
            .Where(each => !remote.ContainsKey(each.Key))
            .Select(each => new ApiGroupVersion(each.Key.Group, each.Key.Version, true, true, [.. each]));
        return [.. local.Concat(remote.Values)];
    }

    /// <summary>
    /// The group versions by group; built-in groups keep their order of preference, others are ordered by their versions.
    /// </summary>
    public IEnumerable<IGrouping<string, ApiGroupVersion>> Groups()
    {
        var builtIn = state.Kinds.BuiltIn.Select(each => each.Group).ToHashSet();
        var all = All().Where(each => each.Group.Length > 0).ToList();
        return all.Where(each => builtIn.Contains(each.Group))
            .Concat(
                all.Where(each => !builtIn.Contains(each.Group))
                    .OrderBy(each => each.Group, StringComparer.Ordinal)
                    .ThenBy(each => each.Version, VersionOrder.Instance))
            .GroupBy(each => each.Group);
    }

    public ApiGroupVersion? Find(string group, string version) =>
        All().FirstOrDefault(each => each.Group == group && each.Version == version);

    /// <summary>The APIService that takes requests to this version elsewhere, if one does.</summary>
    public ApiGroupVersion? FindRemote(string group, string version)
    {
        var service = state.Store.Find(s_services, "", $"{version}.{group}");
        return service is null ? null : Parse(service.ReadRest());
    }

    private IEnumerable<ApiGroupVersion> Remote() =>
        state.Store.List(s_services, null).Items.Select(each => Parse(each.ReadRest())).OfType<ApiGroupVersion>();

    private static ApiGroupVersion? Parse(System.Text.Json.Nodes.JsonObject service)
    {
        if (service.At("spec.service") is null)
        {
            return null;
        }

        var (group, version) = (service.At("spec.group")?.ToString() ?? "", service.At("spec.version")?.ToString() ?? "");
        var isAvailable = service
            .Child("status")
            .Items("conditions")
            .Any(each => each.Text("type") == "Available" && each.Text("status") == "True");
        return new(
            group,
            version,
            false,
            isAvailable,
            isAvailable ? [.. s_metrics.Where(each => each.Group == group && each.Version == version)] : []);
    }
}
