using System.Collections.Concurrent;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Finds what others have in a stack's namespace, which would be deleted with the namespace: objects of every kind that can be listed.
/// </summary>
internal sealed class ForeignContent(ClusterClient client, ServedKinds kinds, int throttleLimit)
{
    /// <param name="ours">
    /// The UIDs of the stack's objects that are deleted. Some objects are served in two groups, and a name may be taken again.
    /// </param>
    public async Task<ForeignObjects> ReadAsync(
        string namespaceName,
        IReadOnlySet<string> ours,
        CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<ResourceType, IReadOnlyList<ObjectMetadata>>();
        var unseen = new ConcurrentBag<string>();
        var types = kinds.ListNamespaced().Where(type => !ContentRules.IsComputed(type.Group, type.Kind)).ToList();
        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(types, options, ReadKindAsync).ConfigureAwait(false);
        var services = found.GetValueOrDefault(ResourceType.Service, []).Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        var foreign = types
            .SelectMany(type => found.GetValueOrDefault(type, []), (type, live) => (Id: type.IdOf(namespaceName, live.Name), Live: live))
            .Where(item => !ours.Contains(item.Live.Uid) && !ContentRules.IsMadeByProgram(item.Id, item.Live, services))
            .DistinctBy(item => item.Live.Uid)
            .Select(item => ForeignObject.From(item.Id, item.Live));
        var groups = kinds.Unavailable.Where(version => !ContentRules.IsComputed(version.Split('/')[0], string.Empty));
        return new ForeignObjects([.. foreign], [.. groups.Concat(unseen.Order(StringComparer.Ordinal))]);

        async ValueTask ReadKindAsync(ResourceType type, CancellationToken token)
        {
            try
            {
                found[type] = await client
                    .ListMetadataAsync(type, namespaceName, string.Empty, token).ToListAsync(token).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (!ClusterFailure.AffectsEveryRequest(exception))
            {
                unseen.Add(type.Group.Length == 0 ? type.Plural : $"{type.Plural}.{type.Group}");
            }
        }
    }
}

/// <summary>Tells what people keep in a namespace from what programs make there, and make again.</summary>
internal static class ContentRules
{
    private static readonly HashSet<string> OperatorKinds = ["ConfigMap", "Secret", "Service", "StatefulSet"];

    /// <summary>Whether nobody stores the objects of a kind: measurements, events, and what operators' catalogs show everywhere.</summary>
    public static bool IsComputed(string group, string kind) =>
        group is "metrics.k8s.io" or "events.k8s.io" or "packages.operators.coreos.com"
        || group.EndsWith(".metrics.k8s.io", StringComparison.Ordinal)
        || (group.Length == 0 && kind == "Event");

    /// <param name="services">The names of the Services in the namespace.</param>
    public static bool IsMadeByProgram(ResourceId id, ObjectMetadata live, IReadOnlySet<string> services) =>
        live.HasOwner
        || live.DeletionTimestamp is not null
        || IsMadeByCluster(id, live, services)
        || IsMadeByOperator(id, live)
        || AlertRuleMark.IsOn(live);

    private static bool IsMadeByCluster(ResourceId id, ObjectMetadata live, IReadOnlySet<string> services) => id switch
    {
        { Group: "", Kind: "ConfigMap" } => id.Name is "kube-root-ca.crt" or "openshift-service-ca.crt" or InventoryDocument.Name,
        { Group: "", Kind: "ServiceAccount" } => id.Name == "default",
        { Group: "", Kind: "Secret" } => live.Annotations.ContainsKey("kubernetes.io/service-account.name"),
        { Group: "", Kind: "Endpoints" } => services.Contains(id.Name) || IsByControllers(live),
        { Group: "discovery.k8s.io", Kind: "EndpointSlice" } => IsByControllers(live),

        // A program holds a Lease while it runs, and makes a new one at its next start.
        { Group: "coordination.k8s.io", Kind: "Lease" } => true,
        _ => false,
    };

    /// <summary>The operator's volumes are not among them: a claim holds data.</summary>
    private static bool IsMadeByOperator(ResourceId id, ObjectMetadata live) =>
        OperatorKinds.Contains(id.Kind)
        && live.Managers.Count > 0
        && live.Managers.All(manager => FieldManagers.IsController(manager))
        && (live.Labels.GetValueOrDefault("managed-by") == "prometheus-operator"
            || live.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") == "prometheus-operator"
            || live.Labels.ContainsKey("operator.prometheus.io/name"));

    private static bool IsByControllers(ObjectMetadata live) => live.Managers.Count > 0 && live.Managers.All(FieldManagers.IsController);
}
