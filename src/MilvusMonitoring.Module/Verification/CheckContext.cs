using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>
/// What the links have found so far, for those that come after; one for the cluster, and one for each Milvus that goes on from it.
/// </summary>
internal sealed class CheckContext(ClusterClient client, IActivitySink sink, TestRequest request)
{
    public ClusterClient Client => client;

    public IActivitySink Sink => sink;

    public TestRequest Request => request;

    public Remedies Remedies { get; } = new(client.Connection.Context, request.Kubeconfig);

    public MonitorReader Monitors { get; } = new(client, sink);

    /// <summary>What this module installed; null where it did not, or the caller may not see it.</summary>
    public Inventory? Stack { get; set; }

    /// <summary>The operator's Deployment, where it is ready; null where it is not, or was not found.</summary>
    public ResourceId? Operator { get; set; }

    /// <summary>The Prometheus resources that may be meant, the stack's own first; null before they were read.</summary>
    public IReadOnlyList<PrometheusServer>? Servers { get; set; }

    /// <summary>The one that is meant: the first that selects the monitor, else the first.</summary>
    public PrometheusServer? Prometheus { get; set; }

    /// <summary>The Milvus; null where there is none.</summary>
    public FoundInstance? Found { get; init; }

    /// <summary>Why there is none, or none could be looked for.</summary>
    public MonitoringException? NotFound { get; init; }

    /// <summary>The monitor; null where there is none.</summary>
    public LiveMonitor? Monitor { get; set; }

    /// <summary>What the monitor selects; null where it could not be read.</summary>
    public MonitorTargets? Targets { get; set; }

    /// <summary>Where the Prometheus that is meant can be asked; null before it was looked for.</summary>
    public IReadOnlyList<PrometheusReplica>? Replicas { get; set; }

    /// <summary>How often the targets are scraped, as Prometheus says.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>The addresses by which the series of the targets are found.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>The name of the Milvus, known or asked for.</summary>
    public string InstanceName => Found?.Instance.Name ?? Monitor?.Instance ?? request.Name ?? "*";

    /// <summary>The namespace of the Milvus, known or asked for.</summary>
    public string InstanceNamespace =>
        Found?.Instance.Namespace ?? Monitor?.Metadata.Namespace ?? request.Namespace ?? client.Connection.DefaultNamespace;

    /// <summary>The kind of the monitor.</summary>
    public string MonitorKind => request.Monitor?.Kind ?? Monitor?.Type.Kind ?? Found?.MonitorType.Kind ?? ResourceType.ServiceMonitor.Kind;

    /// <summary>What brings the monitor to what it should be: as the chart makes it, and set as given.</summary>
    /// <param name="settings">What it is to be set to; null for what it is set to now.</param>
    public string RepairCommand(MonitorSettings? settings = null)
    {
        if (Monitor is not { } monitor || Found is not { } found)
        {
            return Remedies.Enable(InstanceName, InstanceNamespace);
        }

        if (found.Chart is null)
        {
            return Remedies.InWords($"The Milvus Operator keeps {monitor.Id}: delete it, and the operator makes it anew.");
        }

        return MonitorRemover.FindRefusal(monitor, InstanceName) is { } reason
                ? Remedies.InWords(
                    $"{monitor.Id} stays as it is, since {reason}; then run: {Remedies.Enable(InstanceName, InstanceNamespace)}")
            : monitor.Metadata.Managers.Any(manager => !manager.IsOurs)
                ? Remedies.MakeAnew(InstanceName, InstanceNamespace, settings ?? Settings)
            : Remedies.Enable(InstanceName, InstanceNamespace, settings ?? Settings);
    }

    /// <summary>The command that waits until a change has come through.</summary>
    public string WaitCommand() => Remedies.Wait(InstanceName, InstanceNamespace);

    /// <summary>What the monitor is set to beyond the values of the release; null where that cannot be told.</summary>
    public MonitorSettings? Settings =>
        Found?.Chart is { } chart && Monitor is { Endpoints.Count: > 0 } monitor
            ? MonitorSettings.Read(
                chart,
                monitor.Endpoints[0].Text("interval"),
                monitor.Endpoints[0].Text("scrapeTimeout"),
                monitor.Metadata.Labels)
            : null;

    /// <summary>Forgets what some links have found, before they look again.</summary>
    /// <param name="links">The links, and all that they affect.</param>
    /// <param name="cluster">The cluster's scene, which has been looked at again already; null for that scene itself.</param>
    public void Forget(IReadOnlySet<string> links, CheckContext? cluster)
    {
        if (links.Contains(CheckId.Prometheus))
        {
            Servers = cluster?.Servers;
        }

        if (links.Contains(CheckId.Selection))
        {
            Prometheus = cluster?.Prometheus;
        }

        Monitor = links.Contains(CheckId.Monitor) ? null : Monitor;
        Targets = links.Contains(CheckId.Service) ? null : Targets;
        Replicas = links.Contains(CheckId.Configuration) ? null : Replicas;
        if (links.Contains(CheckId.Targets))
        {
            (Interval, Addresses) = (null, []);
        }
    }

    /// <summary>A scene for one Milvus, with what was found of the cluster.</summary>
    public CheckContext For(FoundInstance? found, MonitoringException? notFound) => new(client, sink, request)
    {
        Found = found,
        NotFound = notFound,
        Stack = Stack,
        Servers = Servers,
        Prometheus = Prometheus,
    };
}
