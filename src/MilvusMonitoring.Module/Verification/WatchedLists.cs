using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>
/// Chooses what is watched during a wait: what the first broken checks read, and what earlier checks read and is likely to change
/// meanwhile.
/// </summary>
internal static class WatchedLists
{
    /// <summary>Each Milvus has lists of its own; more lists would cost more requests than they save.</summary>
    private const int MostInstances = 5;

    /// <summary>Chooses the lists to watch after a pass.</summary>
    public static IEnumerable<WatchedList> Choose(CheckRun run, IReadOnlyList<MonitoringCheck> checks)
    {
        var broken = Proof.ListBroken(checks).ToHashSet(StringComparer.Ordinal);
        if (broken.Contains(CheckId.ApiServer))
        {
            return [];
        }

        var instances = run.Instances.Where(context => context.Found is not null || context.Monitor is not null).Take(MostInstances);
        return ListForCluster(run.Cluster, broken).Concat(instances.SelectMany(context => ListForInstance(context, broken)));
    }

    private static IEnumerable<WatchedList> ListForCluster(CheckContext context, HashSet<string> broken)
    {
        if (broken.Contains(CheckId.Definitions))
        {
            foreach (var kind in CrdCheck.Kinds)
            {
                yield return new WatchedList(CheckId.Definitions, ResourceType.Crd, null, SelectName($"{kind.Plural}.{kind.Group}"));
            }

            yield break;
        }

        yield return new WatchedList(CheckId.Operator, Workloads.Deployment, null, OperatorCheck.Selector);
        yield return new WatchedList(CheckId.Prometheus, ResourceType.Prometheus, context.Request.Prometheus.Namespace);
        if (broken.Contains(CheckId.Prometheus) && context.Prometheus is { } prometheus)
        {
            // Operators before 0.58 write no conditions, so that the StatefulSet shows the state of Prometheus.
            yield return new WatchedList(
                CheckId.Prometheus,
                ResourceType.StatefulSet,
                prometheus.Namespace,
                SelectName($"prometheus-{prometheus.Name}"));
        }
    }

    private static IEnumerable<WatchedList> ListForInstance(CheckContext context, HashSet<string> broken)
    {
        var place = context.InstanceNamespace;
        if (context.Found is { } found)
        {
            yield return ChooseForInstance(found);
        }

        var isPodMonitor = context.MonitorKind == ResourceType.PodMonitor.Kind;
        yield return new WatchedList(
            CheckId.Monitor,
            isPodMonitor ? ResourceType.PodMonitor : ResourceType.ServiceMonitor,
            context.Monitor?.Metadata.Namespace ?? place);
        if (context.Monitor is null)
        {
            yield break;
        }

        yield return new WatchedList(CheckId.Service, isPodMonitor ? ResourceType.Pod : ResourceType.Service, place);
        if (!isPodMonitor)
        {
            yield return new WatchedList(CheckId.Endpoints, ResourceType.EndpointSlice, place);
            if (broken.Contains(CheckId.Endpoints))
            {
                yield return new WatchedList(CheckId.Endpoints, ResourceType.OldEndpointSlice, place);
            }
        }

        if (broken.Contains(CheckId.Selection))
        {
            yield return new WatchedList(CheckId.Selection, ResourceType.Namespace, null, SelectName(place));
        }

        if (broken.Contains(CheckId.Access))
        {
            yield return new WatchedList(CheckId.Access, ResourceType.ClusterRole, null);
            yield return new WatchedList(CheckId.Access, ResourceType.ClusterRoleBinding, null);
            yield return new WatchedList(CheckId.Access, ResourceType.Role, place);
            yield return new WatchedList(CheckId.Access, ResourceType.RoleBinding, place);
        }
    }

    /// <summary>What shows a Milvus: a resource of the Operator, a record of Helm, or its Services.</summary>
    private static WatchedList ChooseForInstance(FoundInstance found)
    {
        var place = found.Instance.Namespace;
        if (found.IsOperated)
        {
            return new WatchedList(CheckId.Instance, MilvusTypes.OperatorMilvus, place, SelectName(found.Instance.Name));
        }

        return found.Instance.Revision is null
            ? new WatchedList(CheckId.Instance, ResourceType.Service, place)
            : new WatchedList(
                CheckId.Instance,
                ResourceType.Secret,
                found.Instance.StorageNamespace ?? place,
                $"labelSelector=owner%3Dhelm,name%3D{Uri.EscapeDataString(found.Chart?.Release ?? found.Instance.Name)}");
    }

    private static string SelectName(string name) => $"fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}";
}
