using System.Diagnostics;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>
/// A walk along the chain that remembers what each link found, so that later only what may have changed is looked at again.
/// </summary>
internal sealed class CheckRun : IDisposable
{
    private static readonly ICheck[] StackChecks = [new ApiServerCheck(), new CrdCheck(), new OperatorCheck(), new PrometheusCheck()];

    private readonly Dictionary<(CheckContext CheckContext, string Link), (Finding? Seen, TimeSpan Took)> _seen = [];
    private readonly GrafanaCheck _grafana = new();
    private readonly ClusterClient _client;
    private readonly IActivitySink _sink;
    private readonly TestRequest _request;
    private readonly PrometheusReplicas _replicas;
    private readonly ICheck[] _instanceLinks;

    private (MonitoringCheck For, Deadline Until)? _waiting;

    public CheckRun(ClusterClient client, IActivitySink sink, TestRequest request)
    {
        (_client, _sink, _request) = (client, sink, request);
        _replicas = new PrometheusReplicas(client, request.PrometheusUris);
        Cluster = new CheckContext(client, sink, request);
        _instanceLinks =
        [
            new InstanceCheck(),
            new MonitorCheck(),
            new SelectionCheck(),
            new ServiceCheck(),
            new EndpointsCheck(),
            new NetworkPolicyCheck(),
            new AccessCheck(),
            new ConfigurationCheck(_replicas),
            new TargetsCheck(),
            new SamplesCheck(),
        ];
    }

    /// <summary>All links.</summary>
    public static IReadOnlySet<string> Whole { get; } = CheckId.All.ToHashSet(StringComparer.Ordinal);

    /// <summary>The cluster's scene.</summary>
    public CheckContext Cluster { get; private set; }

    /// <summary>The scene of each Milvus.</summary>
    public IReadOnlyList<CheckContext> Scenes { get; private set; } = [];

    /// <inheritdoc />
    public void Dispose() => _replicas.Dispose();

    /// <summary>Has the progress tell what is waited for, and for how long still.</summary>
    public void ShowWaiting(IReadOnlyList<MonitoringCheck> checks, Deadline deadline)
    {
        _waiting = Proof.Obstacle(checks) is { } obstacle ? (obstacle, deadline) : null;
        ShowProgress(string.Empty, 0);
    }

    /// <summary>Looks at links, and judges all of them by that and by what the others found before.</summary>
    /// <param name="links">The links, and all that they affect: see <see cref="CheckId.Affected"/>.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The cluster's links, those of each Milvus, and Grafana.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> LookAsync(IReadOnlySet<string> links, CancellationToken cancellationToken)
    {
        if (links.Contains(CheckId.ApiServer))
        {
            Cluster = new CheckContext(_client, _sink, _request);
            _seen.Clear();
        }

        Cluster.Forget(links, null);
        var look = new Look(links, new ServerLoss(), []);
        var chain = new CheckGraph();
        foreach (var link in StackChecks)
        {
            look.Checks.Add(await LookAsync(link, Cluster, chain, look, cancellationToken).ConfigureAwait(false));
        }

        if (links.Contains(CheckId.Instance))
        {
            Scenes = await InstancesAsync(Cluster, look.IsReached && look.Server.At is null, cancellationToken).ConfigureAwait(false);
        }

        foreach (var own in Scenes)
        {
            own.Forget(links, Cluster);
            var ownChain = new CheckGraph(chain);
            foreach (var link in _instanceLinks)
            {
                var check = await LookAsync(link, own, ownChain, look, cancellationToken).ConfigureAwait(false);
                look.Checks.Add(check with { Instance = own.InstanceName, Namespace = own.InstanceNamespace });
            }
        }

        look.Checks.Add(await LookAsync(_grafana, Cluster, chain, look, cancellationToken).ConfigureAwait(false));
        return look.Checks;
    }

    private async Task<MonitoringCheck> LookAsync(
        ICheck link,
        CheckContext scene,
        CheckGraph chain,
        Look look,
        CancellationToken cancellationToken)
    {
        var (seen, took) = look.Links.Contains(link.Name)
            ? await LookAnewAsync(link, scene, look, cancellationToken).ConfigureAwait(false)
            : _seen.GetValueOrDefault((scene, link.Name));
        var (finding, cause) = chain.Judge(link.Name, link.TargetOf(scene), seen, seen is null ? look.Server.At : null);
        return new MonitoringCheck
        {
            Check = link.Name,
            Status = finding.Status,
            Target = finding.Target,
            Detail = finding.Detail,
            Remedy = finding.Status is CheckStatus.Passed or CheckStatus.Skipped ? null : finding.Remedy,
            CausedBy = cause,
            ErrorId = finding.ErrorId,
            Duration = took,
            Context = _client.Connection.Context,
            Kubeconfig = _client.Connection.Kubeconfig,
        };
    }

    private async Task<(Finding? Seen, TimeSpan Took)> LookAnewAsync(
        ICheck link,
        CheckContext scene,
        Look look,
        CancellationToken cancellationToken)
    {
        ShowProgress($"{link.Name} {scene.InstanceName}", look.Checks.Count);
        var clock = Stopwatch.StartNew();
        var isVain = (look.Checks.Count > 0 && !look.IsReached) || look.Server.At is not null;
        var seen = isVain ? null : await SeeAsync(link, scene, cancellationToken).ConfigureAwait(false);
        look.Server.Note(link.Name, seen?.ErrorId);
        return _seen[(scene, link.Name)] = (seen, clock.Elapsed);
    }

    private void ShowProgress(string link, int done)
    {
        var (status, percent) = _waiting is var (obstacle, until)
            ? (
                $"Waiting for {obstacle.Check} of {obstacle.Target}: {obstacle.Detail}; {DisplayText.Age(until.Left)} left",
                100 - (int)(until.Left * 100 / until.Limit))
            : (link, Math.Min(100, done * 100 / CheckId.All.Count));
        _sink.Progress("Testing the monitoring of Milvus", status, percent);
    }

    /// <summary>
    /// A permission that is missing, or an answer that cannot be read, leaves a link unknown; the others are looked at all the same.
    /// </summary>
    private static async Task<Finding?> SeeAsync(ICheck link, CheckContext scene, CancellationToken cancellationToken)
    {
        try
        {
            return await link.LookAsync(scene, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            return Finding.FromError(CheckStatus.Unknown, link.TargetOf(scene), exception);
        }
    }

    private async Task<IReadOnlyList<CheckContext>> InstancesAsync(CheckContext scene, bool isReached, CancellationToken cancellationToken)
    {
        if (!isReached)
        {
            return [scene.For(null, null)];
        }

        try
        {
            var finder = new InstanceFinder(_client, _sink);
            var found = _request.Name is { } name
                ? [await finder.FindOneAsync(name, _request.Namespace, cancellationToken).ConfigureAwait(false)]
                : await finder.FindAsync(_request.Namespace, _ => true, cancellationToken).ConfigureAwait(false);
            return found.Count > 0
                ? [.. found.Select(instance => scene.For(instance, null))]
                :
                [
                    scene.For(
                        null,
                        new MonitoringException(
                            ErrorId.InstanceNotFound,
                            $"There is no Milvus in {(_request.Namespace is { } place ? "namespace " + place : _client.Connection.Context)}"
                        )),
                ];
        }
        catch (MonitoringException exception)
        {
            return [scene.For(null, exception)];
        }
    }

    /// <summary>One look.</summary>
    /// <param name="Links">What is looked at anew.</param>
    /// <param name="Server">Whether the API server was lost on the way.</param>
    /// <param name="Checks">The checks so far.</param>
    private sealed record Look(IReadOnlySet<string> Links, ServerLoss Server, List<MonitoringCheck> Checks)
    {
        public bool IsReached => Checks[0].Status != CheckStatus.Failed;
    }
}
