using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Proves the chain from the API server to a fresh sample, by one walk or until all of it holds. Only reads.</summary>
/// <param name="client">The cluster.</param>
/// <param name="sink">Where progress goes.</param>
/// <param name="request">What is to be proven.</param>
/// <param name="time">The clock of the waiting; null for the system's.</param>
internal sealed class Verifier(ClusterClient client, IActivitySink sink, TestRequest request, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Walks once.</summary>
    /// <returns>The cluster's links, those of each Milvus, and Grafana.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> RunChecksAsync(CancellationToken cancellationToken)
    {
        using var walk = new CheckRun(client, sink, request);
        return await walk.LookAsync(CheckRun.Whole, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Looks again at what may have changed until the checks prove it, or show that they never will, or the time is over.
    /// </summary>
    /// <remarks>
    /// Of the API server's objects watches tell when to look again; what Prometheus and Grafana know has to be asked for, less and less
    /// often.
    /// The whole chain is walked again from time to time, and once more before it counts as proven.
    /// </remarks>
    /// <returns>The checks of the last look that went to its end.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken, _time);
        using var walk = new CheckRun(client, sink, request);
        var checks = await walk.LookAsync(CheckRun.Whole, cancellationToken).ConfigureAwait(false);
        await using var watches = new CheckWatches(client, sink);
        var rhythm = new RecheckSchedule(watches, _time);
        try
        {
            while (!IsSettled(checks))
            {
                walk.ShowWaiting(checks, deadline);
                watches.Follow(WatchedLists.Choose(walk, checks), deadline.Token);
                var links = await rhythm.NextAsync(Proof.Broken(checks), walk.Scenes.Count, deadline.Token).ConfigureAwait(false);
                checks = await walk.LookAsync(links, deadline.Token).ConfigureAwait(false);
                if (Proof.Holds(checks) && links != CheckRun.Whole)
                {
                    checks = await walk.LookAsync(CheckRun.Whole, deadline.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            // What the last look found is what there is to tell.
        }

        return checks;
    }

    private static bool IsSettled(IReadOnlyList<MonitoringCheck> checks) => Proof.Holds(checks) || Proof.IsHopeless(checks);
}
