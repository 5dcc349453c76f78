using System.Diagnostics;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults.Forwarding;

/// <summary>Port-forwards, broken at every point.</summary>
internal sealed class ForwardCampaign(CampaignOptions options)
{
    public const string Name = "forward";

    private const int Requests = 10;
    private const string PortForward = "/portforward";

    /// <summary>Around the sizes of messages on both sides.</summary>
    private static readonly long[] Places = [0, 1, 2, 100, 4095, 16_383, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 100_000, 150_000];

    public async Task<CampaignRow> RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var violations = new List<Violation>();
        var cases = 0L;
        foreach (var (each, index) in Cases().Select((each, index) => (each, index)).Where(item => IsWanted(item.each, item.index)))
        {
            var (problems, hasStruck) = await each.RunAsync(
                    each.Name.StartsWith("restart", StringComparison.Ordinal),
                    options.Seed + index,
                    cancellationToken).ConfigureAwait(false);
            cases += hasStruck ? 1 : 0;
            if (problems.Count > 0)
            {
                violations.Add(new Violation($"{Name}/{each.Name}", options.Seed, string.Join("\n  ", problems)));
            }
        }

        return new CampaignRow("faults", Name, cases, violations, clock.Elapsed);
    }

    private bool IsWanted(ForwardCase each, int index) =>
        options.IsWanted($"{Name}/{each.Name}") && (options.Cases.Count > 0 || !options.IsShort || (index + options.Seed) % 9 == 0);

    private static IEnumerable<ForwardCase> Cases()
    {
        foreach (var sort in FaultSorts.All)
        {
            for (var position = 0; position < Requests; position++)
            {
                var at = position;
                yield return new(
                    $"{sort.Name}/{at}",
                    cluster => cluster.Faults.Add("*", "*", sort.Make(), at),
                    MayBreak: !sort.IsRiddenOut || sort.Name is "reset after" or "truncated",
                    MayFail: !sort.IsRiddenOut);
            }
        }

        foreach (var (point, place) in Points())
        {
            // The first connections: one that is opened ahead among them.
            for (var skip = 0; skip < 3; skip++)
            {
                var after = skip;
                yield return new(
                    $"cut/{point}/{place}/{after}",
                    cluster => cluster.Faults.Add("GET", PortForward, Fault.CutAt(point, place), after, 2),
                    MayBreak: true,
                    MayFail: false);
            }

            yield return new(
                $"stall/{point}/{place}",
                cluster => cluster.Faults.Add("GET", PortForward, Fault.StallAt(point, place, TimeSpan.FromMilliseconds(100)), 0, 3),
                MayBreak: false,
                MayFail: false);
        }

        for (var round = 0; round < 20; round++)
        {
            yield return new(
                $"restart/{round}",
                cluster => cluster.Faults.Add("GET", PortForward, Fault.DelayBy(TimeSpan.FromMilliseconds(5)), 0, 2),
                MayBreak: true,
                MayFail: false);
        }
    }

    private static IEnumerable<(ForwardPoint Point, long Place)> Points() =>
        [
            (ForwardPoint.Upgraded, 0),
            (ForwardPoint.Announced, 0),
            .. Places.Select(place => (ForwardPoint.BytesDown, place)),
            .. Places.Select(place => (ForwardPoint.BytesUp, place)),
        ];
}
