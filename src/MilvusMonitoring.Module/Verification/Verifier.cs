using System.Diagnostics;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Walks the chain from the API server to a fresh sample, once or until all of it holds. Only reads.</summary>
internal sealed class Verifier(ClusterClient client, IActivitySink sink, TestRequest request)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly ILink[] StackLinks = [new ApiServerLink(), new DefinitionsLink(), new OperatorLink(), new PrometheusLink()];

    private readonly GrafanaLink _grafana = new();

    private (MonitoringCheck For, Deadline Until)? _waiting;

    /// <summary>Walks again until the checks prove it, or show that they never will, or the time is over.</summary>
    /// <returns>The checks of the last walk that went to its end.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var checks = await WalkAsync(cancellationToken).ConfigureAwait(false);
        while (!Proof.Holds(checks) && !Proof.IsHopeless(checks))
        {
            _waiting = Proof.Obstacle(checks) is { } obstacle ? (obstacle, deadline) : null;
            try
            {
                await Task.Delay(Pause, deadline.Token).ConfigureAwait(false);
                checks = await WalkAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (deadline.IsOver)
            {
                return checks;
            }
        }

        return checks;
    }

    /// <summary>Walks once.</summary>
    /// <returns>The cluster's links, those of each Milvus, and Grafana.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> WalkAsync(CancellationToken cancellationToken)
    {
        var checks = new List<MonitoringCheck>();
        var (scene, chain, server) = (new Scene(client, sink, request), new Chain(), new ServerLoss());
        foreach (var link in StackLinks)
        {
            checks.Add(await LookAsync(link, scene, chain, server, checks, cancellationToken).ConfigureAwait(false));
        }

        using var replicas = new PrometheusReplicas(client, request.PrometheusUris);
        ILink[] instanceLinks =
        [
            new InstanceLink(), new MonitorLink(), new SelectionLink(), new ServiceLink(), new EndpointsLink(), new NetworkPolicyLink(), new AccessLink(),
            new ConfigurationLink(replicas), new TargetsLink(), new SamplesLink(),
        ];
        foreach (var own in await InstancesAsync(scene, IsReached(checks) && server.At is null, cancellationToken).ConfigureAwait(false))
        {
            var ownChain = new Chain(chain);
            foreach (var link in instanceLinks)
            {
                var check = await LookAsync(link, own, ownChain, server, checks, cancellationToken).ConfigureAwait(false);
                checks.Add(check with { Instance = own.InstanceName, Namespace = own.InstanceNamespace });
            }
        }

        checks.Add(await LookAsync(_grafana, scene, chain, server, checks, cancellationToken).ConfigureAwait(false));
        return checks;
    }

    private async Task<MonitoringCheck> LookAsync(ILink link, Scene scene, Chain chain, ServerLoss server, List<MonitoringCheck> before, CancellationToken cancellationToken)
    {
        ShowProgress(link, scene, before.Count);
        var clock = Stopwatch.StartNew();
        var seen = (before.Count > 0 && !IsReached(before)) || server.At is not null ? null : await SeeAsync(link, scene, cancellationToken).ConfigureAwait(false);
        server.Note(link.Name, seen?.ErrorId);
        var (finding, cause) = chain.Judge(link.Name, link.TargetOf(scene), seen, seen is null ? server.At : null);
        return new MonitoringCheck
        {
            Check = link.Name,
            Status = finding.Status,
            Target = finding.Target,
            Detail = finding.Detail,
            Remedy = finding.Status is CheckStatus.Passed or CheckStatus.Skipped ? null : finding.Remedy,
            CausedBy = cause,
            ErrorId = finding.ErrorId,
            Duration = clock.Elapsed,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
    }

    private void ShowProgress(ILink link, Scene scene, int done)
    {
        var (status, percent) = _waiting is var (obstacle, until)
            ? ($"Waiting for {obstacle.Check} of {obstacle.Target}: {obstacle.Detail}; {DisplayText.Age(until.Left)} left", 100 - (int)(until.Left * 100 / until.Limit))
            : ($"{link.Name} {scene.InstanceName}", Math.Min(100, done * 100 / Link.All.Count));
        sink.Progress("Testing the monitoring of Milvus", status, percent);
    }

    /// <summary>A permission that is missing, or an answer that cannot be read, leaves a link unknown; the others are looked at all the same.</summary>
    private static async Task<Finding?> SeeAsync(ILink link, Scene scene, CancellationToken cancellationToken)
    {
        try
        {
            return await link.LookAsync(scene, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            return Finding.Of(CheckStatus.Unknown, link.TargetOf(scene), exception);
        }
    }

    private static bool IsReached(List<MonitoringCheck> checks) => checks[0].Status != CheckStatus.Failed;

    private async Task<IReadOnlyList<Scene>> InstancesAsync(Scene scene, bool isReached, CancellationToken cancellationToken)
    {
        if (!isReached)
        {
            return [scene.For(null, null)];
        }

        try
        {
            var finder = new InstanceFinder(client, sink);
            var found = request.Name is { } name
                ? [await finder.FindOneAsync(name, request.Namespace, cancellationToken).ConfigureAwait(false)]
                : await finder.FindAsync(request.Namespace, _ => true, cancellationToken).ConfigureAwait(false);
            return found.Count > 0
                ? [.. found.Select(instance => scene.For(instance, null))]
                : [scene.For(null, new MonitoringException(ErrorId.InstanceNotFound, $"There is no Milvus in {(request.Namespace is { } place ? "namespace " + place : client.Connection.Context)}"))];
        }
        catch (MonitoringException exception)
        {
            return [scene.For(null, exception)];
        }
    }
}
