using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Finds the Milvus that neither a record of Helm nor a resource of the Operator shows, or shows to the caller: by the labels of its
/// Services and pods.
/// </summary>
internal sealed class LabelledInstances(ClusterClient client)
{
    /// <summary>The status of a Milvus that only a record or a resource tells, which was not read.</summary>
    public const string Unknown = "Unknown";

    private const string Running = "Running";
    private const string NotRunning = "NotRunning";

    /// <summary>Lists them.</summary>
    /// <param name="observed">What Services and pods tell.</param>
    /// <param name="known">What records and resources show.</param>
    /// <param name="areRecordsRead">Whether the caller may read the records of Helm.</param>
    public IEnumerable<FoundInstance> List(ObservedObjects observed, IReadOnlyList<FoundInstance> known, bool areRecordsRead) =>
        observed
            .Objects.Where(objects => !known.Any(instance => Shows(instance, objects)))
            .Select(objects => Create(objects, areRecordsRead));

    /// <summary>Lists what monitors show, for a caller who may read neither records nor Services.</summary>
    public IEnumerable<FoundInstance> ListOfMonitors(IEnumerable<LiveMonitor> monitors, IReadOnlyList<FoundInstance> known) =>
        monitors
            .Where(monitor => monitor is { Instance: not null, Metadata.Namespace: not null })
            .Where(monitor => !known.Any(instance =>
                instance.Instance.Namespace == monitor.Metadata.Namespace && instance.Instance.Name == monitor.Instance))
            .DistinctBy(monitor => (monitor.Metadata.Namespace, monitor.Instance))
            .Select(Create);

    private FoundInstance Create(LiveMonitor monitor)
    {
        var isRelease = monitor.IsOfRelease(monitor.Instance!);
        var manager = isRelease ? MilvusManager.Helm : MilvusManager.Manifests;
        var labels = monitor.Metadata.Labels;
        var instance = new MilvusInstance
        {
            Name = monitor.Instance!,
            Namespace = monitor.Metadata.Namespace!,
            Mode = labels.GetValueOrDefault(MilvusLabels.Component) == "standalone" ? MilvusMode.Standalone : MilvusMode.Cluster,
            ChartVersion = MilvusLabels.ParseChart(labels.GetValueOrDefault(MilvusLabels.Chart))?.Version,
            ManagedBy = monitor.IsOperated ? MilvusManager.Operator : manager,
            Status = Unknown,
            MetricsEnabled = true,
            MonitorKind = monitor.Type.Kind,
            MonitorName = monitor.Metadata.Name,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
        return new FoundInstance(instance, null, null);
    }

    private static bool Shows(FoundInstance instance, MilvusObjects objects)
    {
        var shown = instance.Instance;
        if (shown.Namespace != objects.Namespace || shown.Status == InstanceFinder.Uninstalled)
        {
            return false;
        }

        if (instance.IsOperated)
        {
            return (objects.OperatorResource ?? objects.Instance) == shown.Name;
        }

        return (objects.Release ?? objects.Instance) == (instance.Chart?.Release ?? shown.Name);
    }

    private FoundInstance Create(MilvusObjects objects, bool areRecordsRead)
    {
        var owner = FindOwner(objects, areRecordsRead);
        var manager = owner.Manager;
        var isOperated = manager == MilvusManager.Operator;
        var name = (isOperated ? objects.OperatorResource : objects.Release) ?? objects.Instance;
        var instance = new MilvusInstance
        {
            Name = name,
            Namespace = objects.Namespace,
            Mode = objects.IsStandalone ? MilvusMode.Standalone : MilvusMode.Cluster,
            ChartVersion = objects.Chart?.Version,
            ChartAppVersion = objects.Chart is null ? null : objects.LabelledVersion,
            AppVersion = objects.RunningVersion,
            ManagedBy = manager,
            Status = FindStatus(objects, manager, areRecordsRead),
            RunningPods = objects.RunningPods,
            MetricsEnabled = isOperated || objects.Services.Count == 0 || objects.Scraped.Count > 0,
            MonitorKind = (isOperated ? ResourceType.PodMonitor : ResourceType.ServiceMonitor).Kind,
            MonitorName = isOperated ? name : objects.MonitorName,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
        return new FoundInstance(instance, null, null) { Objects = objects, Owner = owner };
    }

    /// <summary>
    /// Helm writes the annotations of a release and its label at an installation only, not at <c>helm template</c>. A release of
    /// <c>HELM_DRIVER=sql</c> has both, and no record in the cluster.
    /// </summary>
    private static MilvusOwner FindOwner(MilvusObjects objects, bool areRecordsRead)
    {
        var owner = MilvusOwner.Find(objects);
        if (objects.OperatorResource is not null)
        {
            return owner with { Manager = MilvusManager.Operator };
        }

        return owner.Manager == MilvusManager.Manifests
            && objects.Release is { } release
            && (!areRecordsRead || objects.FindLabel(MilvusLabels.ManagedBy) == MilvusLabels.HelmManager)
                ? new MilvusOwner(MilvusManager.Helm, $"Helm release {objects.Namespace}/{release}", true)
                : owner;
    }

    private static string FindStatus(MilvusObjects objects, MilvusManager manager, bool areRecordsRead)
    {
        if (manager == MilvusManager.Operator
            || (manager == MilvusManager.Helm && !areRecordsRead)
            || objects.RunningPods is not { } running)
        {
            return Unknown;
        }

        return running > 0 ? Running : NotRunning;
    }
}
