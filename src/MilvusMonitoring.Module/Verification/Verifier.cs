using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>Runs the checks of <see cref="CheckTable"/> once, or until they prove that Milvus is scraped.</summary>
/// <param name="client">The cluster.</param>
/// <param name="sink">Where progress goes.</param>
/// <param name="request">What to prove.</param>
/// <param name="time">The clock of the wait; null for the system's.</param>
internal sealed class Verifier(ClusterClient client, IActivitySink sink, TestRequest request, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs all checks once.</summary>
    /// <returns>The checks of the cluster, those of each Milvus, and Grafana.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> RunChecksAsync(CancellationToken cancellationToken)
    {
        using var run = new CheckRun(client, sink, request);
        return await run.RunAsync(CheckRun.All, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs the checks whose findings may have changed, until all checks prove that Milvus is scraped, or show that they never will, or the
    /// time is over.
    /// </summary>
    /// <remarks>
    /// Watches show when objects of the API server change. Prometheus and Grafana have no watches, so that they are polled, less and less
    /// often.
    /// All checks run again from time to time, and once more before the result counts as proven.
    /// </remarks>
    /// <returns>The checks of the last complete pass.</returns>
    public async Task<IReadOnlyList<MonitoringCheck>> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken, _time);
        using var run = new CheckRun(client, sink, request);
        var checks = await run.RunAsync(CheckRun.All, cancellationToken).ConfigureAwait(false);
        await using var watches = new CheckWatches(client, sink);
        var schedule = new RecheckSchedule(watches, _time);
        try
        {
            while (!IsSettled(checks))
            {
                run.ShowWaiting(checks, deadline);
                watches.Follow(WatchedLists.Choose(run, checks), deadline.Token);
                var next = await schedule.NextAsync(Proof.ListBroken(checks), run.Instances.Count, deadline.Token).ConfigureAwait(false);
                checks = await run.RunAsync(next, deadline.Token).ConfigureAwait(false);
                if (Proof.Holds(checks) && next != CheckRun.All)
                {
                    checks = await run.RunAsync(CheckRun.All, deadline.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            // The result is that of the last complete pass.
        }

        return checks;
    }

    private static bool IsSettled(IReadOnlyList<MonitoringCheck> checks) => Proof.Holds(checks) || Proof.IsHopeless(checks);
}
