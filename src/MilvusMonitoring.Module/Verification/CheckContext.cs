using System.Text.Json;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>What the checks have read so far, for later checks: one context for the cluster, and one for each Milvus.</summary>
internal sealed class CheckContext(ClusterClient client, IActivitySink sink, TestRequest request)
{
    private TargetObjects? _objects;
    private (ReachedInstance Instance, ReachRule Rule)? _reach;
    private IReadOnlyList<string>? _readers;

    public ClusterClient Client => client;

    public IActivitySink Sink => sink;

    public TestRequest Request => request;

    public Remedies Remedies { get; } = new(client.Connection.Context, request.Kubeconfig) { Arguments = request.Arguments };

    /// <summary>What is read once for all Milvus of a pass.</summary>
    public PassReads Reads { get; set; } = null!;

    /// <summary>The inventory of the stack; null if this module installed none, or the caller may not read it.</summary>
    public Inventory? Stack { get; set; }

    /// <summary>The operator's Deployment; null if none was found, or if it is not ready.</summary>
    public ResourceId? Operator { get; set; }

    /// <summary>The Deployments of all Prometheus operators that were found.</summary>
    public IReadOnlyList<JsonElement> Operators { get; set; } = [];

    /// <summary>The Prometheus resources that match the request, the stack's own first; null before they were read.</summary>
    public IReadOnlyList<PrometheusServer>? Servers { get; set; }

    /// <summary>The Prometheus to check: the first that selects the monitor, else the first.</summary>
    public PrometheusServer? Prometheus { get; set; }

    /// <summary>The Grafana; null before it was checked, or if there is none.</summary>
    public CheckedGrafana? Grafana { get; set; }

    /// <summary>The Milvus; null if none was found.</summary>
    public FoundInstance? Found { get; init; }

    /// <summary>Why no Milvus was found, or why the search failed.</summary>
    public MonitoringException? NotFound { get; init; }

    /// <summary>Whether the search proved that there is no such Milvus, or more than one.</summary>
    public bool HasNoInstance =>
        NotFound is { ErrorId: ErrorId.InstanceNotFound or ErrorId.InstanceAmbiguous or ErrorId.InstanceNotSupported };

    /// <summary>The first monitor; null if there is none.</summary>
    public LiveMonitor? Monitor { get; set; }

    /// <summary>The monitors that reach the Milvus, its own first.</summary>
    public IReadOnlyList<LiveMonitor> Candidates { get; set; } = [];

    /// <summary>
    /// The monitors that the Prometheus to check selects and that are needed to reach every pod; null before they were chosen.
    /// </summary>
    public IReadOnlyList<LiveMonitor>? Selected { get; set; }

    /// <summary>The scrape jobs of the Milvus that no monitor makes; empty if there are none, or if they do not matter.</summary>
    public IReadOnlyList<string> Jobs { get; set; } = [];

    /// <summary>The monitors whose targets are checked.</summary>
    public IReadOnlyList<LiveMonitor> Used => Jobs.Count > 0 ? [] : Selected ?? [.. Candidates.Take(1)];

    /// <summary>Whether the caller named a server that no Prometheus resource of the cluster describes.</summary>
    public bool HasOnlyAddress => request.PrometheusUris.Count > 0 && Prometheus is null;

    /// <summary>The replicas of the Prometheus to check; null before they were listed.</summary>
    public IReadOnlyList<PrometheusReplica>? Replicas { get; set; }

    /// <summary>The scrape pools to look for targets in; null for all.</summary>
    public IReadOnlySet<string>? Pools { get; set; }

    /// <summary>The scrape interval of the targets, as Prometheus reports it.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>The pods whose samples are to be found; null before the targets were listed.</summary>
    public IReadOnlyList<ScrapedPod>? Scraped { get; set; }

    /// <summary>The samples that each replica has of these pods; null before they were asked for.</summary>
    public IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>>? Samples { get; set; }

    /// <summary>What was found of the alert rules; null before they were asked for.</summary>
    public Finding? Rules { get; set; }

    /// <summary>The name of the Milvus, found or requested.</summary>
    public string InstanceName => Found?.Instance.Name ?? Monitor?.Instance ?? request.Name ?? "*";

    /// <summary>The namespace of the Milvus, found or requested.</summary>
    public string InstanceNamespace =>
        Found?.Instance.Namespace
        ?? request.Namespace
        ?? Monitor?.TargetNamespaces.OfType<string>().FirstOrDefault()
        ?? request.Monitor?.Namespace
        ?? client.Connection.DefaultNamespace;

    /// <summary>The kind of the monitor.</summary>
    public string MonitorKind => request.Monitor?.Kind ?? Monitor?.Type.Kind ?? Found?.MonitorType.Kind ?? ResourceType.ServiceMonitor.Kind;

    /// <summary>What the monitor sets beyond the values of the release; null if that cannot be known.</summary>
    public MonitorSettings? Settings =>
        Found?.Chart is { } chart && Monitor is { Endpoints.Count: > 0 } monitor && monitor.Id == Found.MonitorId
            ? MonitorSettings.Read(
                chart,
                monitor.Endpoints[0].Text("interval"),
                monitor.Endpoints[0].Text("scrapeTimeout"),
                monitor.Metadata.Labels)
            : null;

    /// <summary>Writes the command that makes the monitor as the chart renders it.</summary>
    /// <param name="settings">What the monitor is to set beyond the values of the release; null for what it sets now.</param>
    public string WriteRepairCommand(MonitorSettings? settings = null)
    {
        if (Monitor is not { } monitor || Found is not { } found)
        {
            return WriteEnableCommand();
        }

        if (monitor.IsOperated)
        {
            return Remedies.DescribeManual($"Delete {monitor.Id}: the Milvus Operator, which owns it, creates it again.");
        }

        if (found.Instance.ManagedBy == MilvusManager.OtherChart)
        {
            return Remedies.DescribeManual($"Correct {monitor.Id} in the values of the chart that makes it.");
        }

        if (found.Chart is null && !monitor.IsFitted)
        {
            return Remedies.DescribeManual($"Correct {monitor.Id}, which belongs to {MonitorPlanner.DescribeOwner(found, monitor)}.");
        }

        if (monitor.Id != found.MonitorId && !monitor.IsFitted)
        {
            return Remedies.DescribeManual($"Correct {monitor.Id} with the tool that made it.");
        }

        if (DisableOperation.FindSkipReason(monitor, found.Chart?.Release ?? InstanceName) is { } reason)
        {
            return Remedies.DescribeManual(
                $"{monitor.Id} stays as it is, because {reason}; then run: {WriteEnableCommand()}");
        }

        // A monitor that is deleted for a new one must be one that can be made again.
        return monitor.Metadata.Managers.Any(manager => !manager.IsOurs) && MonitorRefusal.Find(found) is null
            ? Remedies.Recreate(InstanceName, InstanceNamespace, settings ?? Settings)
            : WriteEnableCommand(settings ?? Settings);
    }

    /// <summary>Writes the command that makes the monitor of the Milvus or, if that is refused, what the Milvus lacks.</summary>
    /// <param name="settings">What the monitor is to set beyond the values of the release.</param>
    public string WriteEnableCommand(MonitorSettings? settings = null) =>
        Found is { } found && MonitorRefusal.Find(found) is { Remedy: { } remedy }
            ? Remedies.DescribeManual(OneLine.ToSentence(remedy))
            : Remedies.Enable(InstanceName, InstanceNamespace, settings);

    /// <summary>Writes what restores an object of the monitoring: a command only if this module installed the object.</summary>
    /// <param name="id">The object.</param>
    /// <param name="live">The object in the cluster; default if it is not there.</param>
    /// <param name="force">Whether the command takes back the changes of other field managers.</param>
    public string WriteRestoreCommand(ResourceId id, JsonElement live = default, bool force = false) => Owns(id, live)
        ? Remedies.Install(Stack!, force)
        : Remedies.DescribeManual($"Repair {id} with the tool that installed it.");

    /// <summary>Whether this module installed an object, and the object is still the same.</summary>
    /// <param name="id">The object.</param>
    /// <param name="live">The object in the cluster; default if it is not there.</param>
    public bool Owns(ResourceId id, JsonElement live = default) =>
        Stack?.Entries.FirstOrDefault(entry => entry.Id == id) is { LeftAlone: null } own
        && (live.Member("metadata").Text("uid") is not { } uid || uid == own.Uid);

    /// <summary>Writes the command that waits until a change has reached Prometheus.</summary>
    /// <param name="otherwise">What to look at if the caller has waited already.</param>
    public string WriteWaitCommand(string otherwise) => request.Waits
        ? Remedies.DescribeManual(otherwise)
        : Remedies.Wait(InstanceName, InstanceNamespace);

    /// <summary>Reads the objects by which monitors find their targets, unless they were read in this pass.</summary>
    public async Task<ReachRule> GetReachRuleAsync()
    {
        var place = InstanceNamespace;
        if (_objects?.Namespace != place)
        {
            (_objects, _reach) = (await Reads.GetObjectsAsync(place).ConfigureAwait(false), null);
        }

        var instance = ReachedInstance.Of(Found, InstanceName);
        if (_reach?.Instance != instance)
        {
            _reach = (instance, new ReachRule(_objects, instance));
        }

        return _reach.Value.Rule;
    }

    /// <summary>Reads what the used monitors reach.</summary>
    public async Task<MonitorReach> GetReachAsync() => (await GetReachRuleAsync().ConfigureAwait(false)).Evaluate(Used);

    /// <summary>Lists what scrapes in the cluster in the place of a Prometheus of the operator.</summary>
    public async Task<IReadOnlyList<string>> ListReadersAsync(CancellationToken cancellationToken) =>
        _readers ??= await new OtherReaders(client, sink).ListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Why the objects of the last reads are incomplete; null if they are complete.</summary>
    public MonitoringException? ReadDenial => _objects?.Denial;

    /// <summary>Clears what some checks have stored, before they run again.</summary>
    /// <param name="checks">The checks, with all checks that they affect.</param>
    /// <param name="cluster">The cluster's context, whose checks have run again already; null if this is the cluster's context.</param>
    public void Clear(IReadOnlySet<string> checks, CheckContext? cluster)
    {
        if (checks.Contains(CheckId.Prometheus))
        {
            (Servers, Prometheus) = (cluster?.Servers, cluster?.Prometheus);
            _readers = null;
        }

        if (checks.Contains(CheckId.Selection) && cluster is not null)
        {
            Prometheus = cluster.Prometheus;
        }

        if (checks.Contains(CheckId.Monitor))
        {
            (Monitor, Candidates, Jobs) = (null, [], []);
        }

        if (checks.Contains(CheckId.Selection))
        {
            // Without a monitor the jobs are what the check of the monitor has found.
            (Selected, Jobs) = (null, Monitor is null ? Jobs : []);
        }

        if (checks.Contains(CheckId.Monitor) || checks.Contains(CheckId.Endpoints))
        {
            (_objects, _reach) = (null, null);
        }

        if (checks.Contains(CheckId.Configuration))
        {
            (Replicas, Pools) = (null, null);
        }

        if (checks.Contains(CheckId.Grafana))
        {
            Grafana = null;
        }

        if (checks.Contains(CheckId.Targets))
        {
            (Interval, Scraped) = (null, null);
        }

        Samples = checks.Contains(CheckId.Samples) ? null : Samples;
        Rules = checks.Contains(CheckId.Rules) ? null : Rules;
    }

    /// <summary>Creates the context of one Milvus, with what the checks of the cluster have stored.</summary>
    public CheckContext CreateForInstance(FoundInstance? found, MonitoringException? notFound) => new(client, sink, request)
    {
        Found = found,
        NotFound = notFound,
        Stack = Stack,
        Operator = Operator,
        Operators = Operators,
        Servers = Servers,
        Prometheus = Prometheus,
    };
}

/// <summary>What the check of Grafana has found, for the check of its dashboards.</summary>
/// <param name="Server">The Grafana in the cluster; null for one at an address.</param>
/// <param name="Shown">The dashboards that it has; null if it did not say.</param>
internal sealed record CheckedGrafana(GrafanaServer? Server, IReadOnlyList<ShownDashboard>? Shown);

/// <summary>A dashboard that Grafana has.</summary>
/// <param name="IsOurs">Whether it has the tag of this module.</param>
internal sealed record ShownDashboard(string Uid, string Title, bool IsOurs);
