using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>
/// Chooses what is watched while a chain is waited for: what the first broken links read, and what stands before them and is likely to
/// change meanwhile.
/// </summary>
internal static class WatchedLists
{
    /// <summary>Each has lists of its own; those of more would cost more requests than they save.</summary>
    private const int MostInstances = 5;

    /// <summary>The lists to watch as things stand.</summary>
    /// <param name="walk">What the links have found.</param>
    /// <param name="checks">How the links are.</param>
    public static IEnumerable<WatchedList> Choose(CheckRun walk, IReadOnlyList<MonitoringCheck> checks)
    {
        var broken = Proof.Broken(checks).ToHashSet(StringComparer.Ordinal);
        if (broken.Contains(CheckId.ApiServer))
        {
            return [];
        }

        var instances = walk.Scenes.Where(scene => scene.Found is not null || scene.Monitor is not null).Take(MostInstances);
        return OfCluster(walk.Cluster, broken).Concat(instances.SelectMany(scene => OfInstance(scene, broken)));
    }

    private static IEnumerable<WatchedList> OfCluster(CheckContext scene, HashSet<string> broken)
    {
        if (broken.Contains(CheckId.Definitions))
        {
            foreach (var kind in CrdCheck.Kinds)
            {
                yield return new WatchedList(CheckId.Definitions, ResourceType.Crd, null, Named($"{kind.Plural}.{kind.Group}"));
            }

            yield break;
        }

        yield return new WatchedList(CheckId.Operator, Workloads.Deployment, null, OperatorCheck.Selector);
        yield return new WatchedList(CheckId.Prometheus, ResourceType.Prometheus, scene.Request.Prometheus.Namespace);
        if (broken.Contains(CheckId.Prometheus) && scene.Prometheus is { } prometheus)
        {
            // It speaks for a resource whose operator, before 0.58, writes no conditions.
            yield return new WatchedList(
                CheckId.Prometheus,
                ResourceType.StatefulSet,
                prometheus.Namespace,
                Named($"prometheus-{prometheus.Name}"));
        }
    }

    private static IEnumerable<WatchedList> OfInstance(CheckContext scene, HashSet<string> broken)
    {
        var place = scene.InstanceNamespace;
        if (scene.Found is { } found)
        {
            yield return found.Chart is null
                ? new WatchedList(CheckId.Instance, MilvusTypes.OperatorMilvus, place, Named(found.Instance.Name))
                : new WatchedList(
                    CheckId.Instance,
                    ResourceType.Secret,
                    place,
                    $"labelSelector=owner%3Dhelm,name%3D{Uri.EscapeDataString(found.Instance.Name)}");
        }

        var isOfPods = scene.MonitorKind == ResourceType.PodMonitor.Kind;
        yield return new WatchedList(CheckId.Monitor, isOfPods ? ResourceType.PodMonitor : ResourceType.ServiceMonitor, place);
        if (scene.Monitor is null)
        {
            yield break;
        }

        yield return new WatchedList(CheckId.Service, isOfPods ? ResourceType.Pod : ResourceType.Service, place);
        if (!isOfPods)
        {
            yield return new WatchedList(CheckId.Endpoints, ResourceType.EndpointSlice, place);
            if (broken.Contains(CheckId.Endpoints))
            {
                yield return new WatchedList(CheckId.Endpoints, ResourceType.OldEndpointSlice, place);
            }
        }

        if (broken.Contains(CheckId.Selection))
        {
            yield return new WatchedList(CheckId.Selection, ResourceType.Namespace, null, Named(place));
        }

        if (broken.Contains(CheckId.Access))
        {
            yield return new WatchedList(CheckId.Access, ResourceType.ClusterRole, null);
            yield return new WatchedList(CheckId.Access, ResourceType.ClusterRoleBinding, null);
            yield return new WatchedList(CheckId.Access, ResourceType.Role, place);
            yield return new WatchedList(CheckId.Access, ResourceType.RoleBinding, place);
        }
    }

    private static string Named(string name) => $"fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}";
}
