using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Campaigns.Faults.Proving;

/// <summary>
/// An embedded cluster with kube-prometheus, a Milvus, and a real Prometheus that scrapes it if it is monitored. Tests only read, so that
/// one world serves many cases.
/// </summary>
internal sealed class ProofWorld : IAsyncDisposable
{
    private const string Milvus = "my-release";
    private const int ClockFactor = 50;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("milvus-monitoring-proof-").FullName;
    private readonly ModuleRunner _module;
    private MonitoredCluster? _monitored;

    private ProofWorld(Cluster cluster)
    {
        Cluster = cluster;
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        File.WriteAllText(kubeconfig, cluster.CreateKubeconfig());
        _module = new ModuleRunner(kubeconfig, ClusterClient.DefaultThrottleLimit, new FasterTime(ClockFactor));
    }

    public Cluster Cluster { get; }

    /// <summary>Starts it, and waits until a test gives what it has to give there.</summary>
    /// <param name="isMonitored">Whether the Milvus has a monitor; all else is as it should be either way.</param>
    public static async Task<ProofWorld> StartAsync(bool isMonitored, CancellationToken cancellationToken)
    {
        var options = new ClusterOptions
        {
            Rbac = true,
            DefinitionDelay = Soon,
            DiscoveryDelay = Soon,
            ReadyDelay = Soon,
            Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(20) },
        };
        var world = new ProofWorld(await Cluster.StartAsync(options, cancellationToken).ConfigureAwait(false));
        try
        {
            await world.FillAsync(isMonitored, cancellationToken).ConfigureAwait(false);
            return world;
        }
        catch
        {
            await world.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tests once, as the cmdlet does without <c>-Wait</c>.</summary>
    /// <exception cref="MonitoringException">What the cmdlet would write as its error.</exception>
    public async Task<IReadOnlyList<MonitoringCheck>> TestAsync(CancellationToken cancellationToken)
    {
        using var connection = _module.Connect();
        return await new Verifier(new ClusterClient(connection), new Silence(), new TestRequest { Name = Milvus })
            .RunChecksAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_monitored is not null)
        {
            await _monitored.DisposeAsync().ConfigureAwait(false);
        }

        await Cluster.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task FillAsync(bool isMonitored, CancellationToken cancellationToken)
    {
        (
            await _module.InstallAsync(Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests"), cancellationToken).ConfigureAwait(false)
        ).EnsureSucceeded();
        (await _module.AccessAsync(AccessMethod.ClusterRole, revoke: false, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
        new SampleMilvus
        {
            Values = JsonNode
                .Parse("""{"cluster":{"enabled":false},"metrics":{"serviceMonitor":{"interval":"1s","scrapeTimeout":"1s"}}}""")!
                .AsObject(),
        }.PutInto(Cluster);
        if (isMonitored)
        {
            (await _module.EnableAsync(Milvus, cancellationToken).ConfigureAwait(false)).EnsureSucceeded();
        }

        _monitored = await MonitoredCluster.StartAsync(Cluster, 1, cancellationToken).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (await TestAsync(limit.Token).ConfigureAwait(false) is var checks && !(isMonitored ? Proof.Holds(checks) : Misses(checks)))
        {
            await Task.Delay(100, limit.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the monitor is the one thing that is missing.</summary>
    public static bool Misses(IReadOnlyList<MonitoringCheck> checks) =>
        checks.Where(check => check.Status == CheckStatus.Failed).Select(check => check.Check).SequenceEqual([CheckId.Monitor]);
}
