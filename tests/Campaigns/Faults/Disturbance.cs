using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>What happens during the first run of a case.</summary>
internal abstract class Disturbance
{
    /// <summary>As the case is named by it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it has happened: a run may be over before.</summary>
    public abstract bool HasStruck { get; }

    /// <summary>The most errors that the first run may have: the command gets over it, or tells of it once.</summary>
    public abstract int MostErrors { get; }

    /// <summary>
    /// Whether what was done last may have been refused its record, which the command tells: the next installation has to look.
    /// </summary>
    public virtual bool MayLoseRecord => false;

    /// <summary>How many requests the command may have under way.</summary>
    public virtual int ThrottleLimit => 1;

    /// <summary>The command's first run, in the midst of it.</summary>
    public abstract Task<RunResult> RunAsync(World world, Scenario scenario, CancellationToken cancellationToken);
}

/// <summary>One request, or every request from one on, goes wrong.</summary>
internal sealed class RequestFault(FaultPlace place) : Disturbance
{
    private FaultRule? _rule;

    public override string Name => place.Name;

    public override bool HasStruck => _rule is { Taken: > 0 };

    public override int MostErrors => place.Stays ? place.Sort.MostErrorsWhereItStays : place.Sort.IsRiddenOut ? 0 : 1;

    public override bool MayLoseRecord => place.Stays || !place.Sort.IsRiddenOut;

    public override Task<RunResult> RunAsync(World world, Scenario scenario, CancellationToken cancellationToken)
    {
        _rule = world.Cluster.Faults.Add("*", "*", place.Sort.Make(), place.Position, place.Stays ? null : 1);
        return scenario.Run(world, cancellationToken);
    }
}

/// <summary>The API server goes away with a request under way, and comes back.</summary>
internal sealed class ServerRestart(int position) : Disturbance
{
    /// <summary>How many requests a command sends at once at its beginning.</summary>
    private const int FirstRequests = 2;

    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(20);

    private FaultRule? _rule;

    public override string Name => $"server restarts/{position}";

    public override bool HasStruck => _rule is { Taken: > 0 };

    // Before its first answer a server is not waited for: it is more likely the address that is wrong.
    public override int MostErrors => position < FirstRequests ? 1 : 0;

    public override int ThrottleLimit => 4;

    public override async Task<RunResult> RunAsync(World world, Scenario scenario, CancellationToken cancellationToken)
    {
        var rule = _rule = world.Cluster.Faults.Add("*", "*", Fault.DelayBy(UnderWay), position);
        var running = scenario.Run(world, cancellationToken);
        while (rule.Taken == 0 && !running.IsCompleted)
        {
            await Task.Delay(1, cancellationToken).ConfigureAwait(false);
        }

        if (rule.Taken > 0)
        {
            await world.Cluster.RestartAsync(cancellationToken).ConfigureAwait(false);
        }

        return await running.ConfigureAwait(false);
    }
}

/// <summary>Faults that pass, at so many requests picked at random, with many requests under way.</summary>
internal sealed class Storm(int seed) : Disturbance
{
    private const int Requests = 60;

    private int _struck;

    public override string Name => $"storm/{seed}";

    public override bool HasStruck => _struck > 0;

    // A request may be unlucky as often as it is tried.
    public override int MostErrors => 1;

    public override int ThrottleLimit => 16;

    public override async Task<RunResult> RunAsync(World world, Scenario scenario, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var share = 0.05 + (random.NextDouble() * 0.3);
        var passing = FaultSorts.All.Where(sort => sort.IsRiddenOut).ToList();
        var rules = new List<FaultRule>();
        for (var position = 0; position < Requests; position++)
        {
            if (random.NextDouble() < share)
            {
                rules.Add(world.Cluster.Faults.Add("*", "*", passing[random.Next(passing.Count)].Make(), position));
            }
        }

        var result = await scenario.Run(world, cancellationToken).ConfigureAwait(false);
        _struck = rules.Count(rule => rule.Taken > 0);
        return result;
    }
}
