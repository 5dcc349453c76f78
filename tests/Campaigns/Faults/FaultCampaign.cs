using System.Collections.Concurrent;
using System.Diagnostics;
using MilvusMonitoring.Campaigns.Faults.Forwarding;
using MilvusMonitoring.Campaigns.Faults.Proving;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Every command, disturbed in every way at every place.</summary>
internal sealed class FaultCampaign(CampaignOptions options) : IDisposable
{
    private readonly SmallStack _stack = new();
    private CaseRunner? _runner;

    private CaseRunner Runner => _runner ??= new CaseRunner(_stack);

    /// <summary>The rows: one for each command, in all of the ways.</summary>
    public IEnumerable<(string Name, Func<CancellationToken, Task<CampaignRow>> Run)> Rows() =>
        Scenario
            .All.Select(scenario => (scenario.Name, (Func<CancellationToken, Task<CampaignRow>>)(token => RunAsync(scenario, token))))
            .Append((ForwardCampaign.Name, new ForwardCampaign(options).RunAsync))
            .Concat(
                ((bool[])[true, false])
                    .Select(isMonitored => new ProofCampaign(options, isMonitored))
                    .Select(campaign => (campaign.Name, (Func<CancellationToken, Task<CampaignRow>>)campaign.RunAsync)))
            .Append((KilledServer.Name, new KilledServer(options, _stack).RunAsync));

    public void Dispose() => _stack.Dispose();

    private async Task<CampaignRow> RunAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var violations = new ConcurrentQueue<Violation>();
        var cases = 0L;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(Series(scenario), parallel, async (series, token) =>
            {
                foreach (var disturbance in series)
                {
                    var name = $"{scenario.Name}/{disturbance.Name}";
                    if (!options.IsWanted(name))
                    {
                        continue;
                    }

                    var problems = await Runner.RunAsync(scenario, disturbance, token).ConfigureAwait(false);
                    if (!disturbance.HasStruck && problems.Count == 0)
                    {
                        // The command sends no more requests than that.
                        break;
                    }

                    Interlocked.Increment(ref cases);
                    if (problems.Count > 0)
                    {
                        violations.Enqueue(new Violation(name, options.Seed, string.Join("\n  ", problems)));
                    }
                }
            }).ConfigureAwait(false);
        return new CampaignRow(
            "faults",
            scenario.Name,
            cases,
            [.. violations.OrderBy(violation => violation.Case, StringComparer.Ordinal)],
            clock.Elapsed);
    }

    /// <summary>Before and after the server has acted, by turns.</summary>
    private static IEnumerable<Disturbance> Kills(Scenario scenario, IEnumerable<int> positions) =>
        scenario.RunsInChild ? positions.Select(position => new KilledClient(afterwards: position / 2 % 2 == 0, position)) : [];

    /// <summary>Cases in an order in which none comes after one that was past the command's last request.</summary>
    private IEnumerable<IEnumerable<Disturbance>> Series(Scenario scenario)
    {
        var positions = Enumerable.Range(0, FaultPlace.EndOfPositions);
        foreach (var places in FaultPlace.Series(options))
        {
            yield return places.Select(place => new RequestFault(place));
        }

        if (options.IsShort && options.Cases.Count == 0)
        {
            yield return positions.Where(position => position % 32 == 8).Select(position => new ServerRestart(position));
            yield return [new Storm(options.Seed)];
            yield return Kills(scenario, positions.Where(position => position % 48 == 11));
            yield break;
        }

        yield return positions.Select(position => new ServerRestart(position));
        yield return Enumerable.Range(options.Seed * 1000, 40).Select(seed => new Storm(seed));
        yield return Kills(scenario, positions.Where(position => position % 2 == 0));
        yield return Kills(scenario, positions.Where(position => position % 2 == 1));
    }
}
