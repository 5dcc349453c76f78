using System.Collections.Concurrent;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Runs cases: a command that is disturbed, the same again undisturbed, and once more, when there is nothing left to do.</summary>
internal sealed class CaseRunner(SmallStack stack)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Task<IReadOnlyList<string>>> _undisturbed = new();

    /// <summary>Runs a case.</summary>
    /// <returns>What did not hold.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Scenario scenario, Disturbance disturbance, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await JudgeAsync(scenario, disturbance, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [$"not over after {Limit.TotalSeconds} s"];
        }
        catch (MonitoringException exception)
        {
            return [$"the cluster could not be looked at: {exception.Message}"];
        }
    }

    private async Task<IReadOnlyList<string>> JudgeAsync(Scenario scenario, Disturbance disturbance, CancellationToken cancellationToken)
    {
        var expected = await _undisturbed.GetOrAdd(scenario.Name, _ => UndisturbedAsync(scenario, cancellationToken)).ConfigureAwait(false);
        var world = await World.StartAsync(stack, disturbance.ThrottleLimit, cancellationToken).ConfigureAwait(false);
        await using var _ = world.ConfigureAwait(false);
        await scenario.Prepare(world, cancellationToken).ConfigureAwait(false);
        var others = world.OthersObjects();

        var first = await disturbance.RunAsync(world, scenario, cancellationToken).ConfigureAwait(false);
        world.Cluster.Faults.Clear();
        if (!disturbance.HasStruck)
        {
            return [];
        }

        List<string> problems = [.. Invariants.OfErrors(first, disturbance.MostErrors), .. Invariants.OfOthers(others, world)];
        problems.AddRange(await Invariants.OfInventoryAsync(world, cancellationToken).ConfigureAwait(false));
        var second = await scenario.Run(world, cancellationToken).ConfigureAwait(false);
        problems.AddRange(second.Errors.Select(error => $"the second run has an error: {error.Message}"));
        problems.AddRange(await Invariants.OfContentsAsync(world.Cluster, expected, cancellationToken).ConfigureAwait(false));
        if (disturbance.MayLoseRecord && scenario.HasStack)
        {
            await world.Module.InstallAsync(world.Stack.Manifests, cancellationToken).ConfigureAwait(false);
        }

        problems.AddRange(await Invariants.OfCompleteStackAsync(world, cancellationToken).ConfigureAwait(false));

        world.Cluster.Requests.Clear();
        var third = await scenario.Run(world, cancellationToken).ConfigureAwait(false);
        problems.AddRange(third.Errors.Select(error => $"the third run has an error: {error.Message}"));
        problems.AddRange(
            world
                .Cluster.Requests.Writes.Where(request => request.UserAgent.StartsWith("milvus-monitoring", StringComparison.Ordinal))
                .Select(request => $"the third run writes: {request.Method} {request.Path}"));
        problems.AddRange(Invariants.OfOthers(others, world));
        return problems;
    }

    private async Task<IReadOnlyList<string>> UndisturbedAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var world = await World.StartAsync(stack, 1, cancellationToken).ConfigureAwait(false);
        await using var _ = world.ConfigureAwait(false);
        await scenario.Prepare(world, cancellationToken).ConfigureAwait(false);
        if ((await scenario.Run(world, cancellationToken).ConfigureAwait(false)).Errors is [var error, ..])
        {
            throw new InvalidOperationException($"{scenario.Name} fails undisturbed.", error);
        }

        // What controllers do in the background is over once nothing has changed for a moment.
        var contents = ClusterContents.Everything(world.Cluster);
        for (var quiet = 0; quiet < 10;)
        {
            await Task.Delay(30, cancellationToken).ConfigureAwait(false);
            var now = ClusterContents.Everything(world.Cluster);
            (quiet, contents) = now.SequenceEqual(contents) ? (quiet + 1, contents) : (0, now);
        }

        return contents;
    }
}
