using System.Diagnostics;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Campaigns.Faults.Proving;

/// <summary>
/// Tests of the monitoring, disturbed at every request: what is monitored is proven or told to be unknown, never blamed; what is not is
/// never taken for proven.
/// </summary>
internal sealed class ProofCampaign(CampaignOptions options, bool isMonitored)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public string Name => isMonitored ? "test" : "test unmonitored";

    public async Task<CampaignRow> RunAsync(CancellationToken cancellationToken)
    {
        if (MonitoredCluster.Missing is { } missing)
        {
            return new CampaignRow("faults", Name, 0, [], TimeSpan.Zero, missing);
        }

        var clock = Stopwatch.StartNew();
        var violations = new List<Violation>();
        var cases = 0L;
        var world = await ProofWorld.StartAsync(isMonitored, cancellationToken).ConfigureAwait(false);
        await using var _ = world.ConfigureAwait(false);
        var before = ClusterContents.Everything(world.Cluster);
        foreach (var series in FaultPlace.Series(options))
        {
            foreach (var place in series)
            {
                var name = $"{Name}/{place.Name}";
                if (!options.IsWanted(name))
                {
                    continue;
                }

                var (problems, hasStruck) = await RunAsync(world, place, cancellationToken).ConfigureAwait(false);
                if (!hasStruck)
                {
                    break;
                }

                cases++;
                if (problems.Count > 0)
                {
                    violations.Add(new Violation(name, options.Seed, string.Join("\n  ", problems)));
                }
            }
        }

        if (!ClusterContents.Everything(world.Cluster).SequenceEqual(before))
        {
            violations.Add(new Violation(Name, options.Seed, "something in the cluster was changed by tests"));
        }

        return new CampaignRow("faults", Name, cases, violations, clock.Elapsed);
    }

    private async Task<(IReadOnlyList<string> Problems, bool HasStruck)> RunAsync(
        ProofWorld world,
        FaultPlace place,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var rule = world.Cluster.Faults.Add("*", "*", place.Sort.Make(), place.Position, place.Stays ? null : 1);
        try
        {
            var checks = await world.TestAsync(limit.Token).ConfigureAwait(false);
            return ([.. Problems(checks, isRiddenOut: place.Sort.IsHarmless || (place.Sort.IsRiddenOut && !place.Stays))], rule.Taken > 0);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([$"not over after {Limit.TotalSeconds} s"], true);
        }
        catch (MonitoringException exception)
        {
            return ([$"it wrote no checks but an error: {exception.Message}"], true);
        }
        finally
        {
            world.Cluster.Faults.Clear();
        }
    }

    private IEnumerable<string> Problems(IReadOnlyList<MonitoringCheck> checks, bool isRiddenOut)
    {
        foreach (var check in checks.Where(check => check.Detail.Contains('\n', StringComparison.Ordinal)))
        {
            yield return $"several lines: {check}";
        }

        if (isRiddenOut ? !IsTrue(checks) : Proof.Holds(checks) && !isMonitored)
        {
            yield return $"it says {Say(checks)}";
        }

        foreach (
            var blamed in checks.Where(check =>
                check is { Status: CheckStatus.Failed, ErrorId: null } && (isMonitored || check.Check != CheckId.Monitor)))
        {
            yield return $"what is well is blamed: {blamed}";
        }

        if (!Proof.Holds(checks) && Proof.FindObstacle(checks) is null)
        {
            yield return $"neither a proof nor an error: {Say(checks)}";
        }
    }

    private bool IsTrue(IReadOnlyList<MonitoringCheck> checks) => isMonitored ? Proof.Holds(checks) : ProofWorld.Misses(checks);

    private static string Say(IReadOnlyList<MonitoringCheck> checks) =>
        string.Join(
            " | ",
            checks.Where(check => check.Status is not CheckStatus.Passed and not CheckStatus.Skipped).DefaultIfEmpty(checks[^1]).Take(3));
}
