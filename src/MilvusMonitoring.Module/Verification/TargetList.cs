using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>All targets of a Prometheus, found by their scrape pool and by their pod.</summary>
internal sealed class TargetList
{
    private readonly IReadOnlyList<PrometheusTarget> _all;
    private readonly ILookup<string, int> _byPool;
    private readonly ILookup<string, int> _byPlace;

    /// <param name="all">The targets, in the order in which Prometheus lists them.</param>
    public TargetList(IReadOnlyList<PrometheusTarget> all)
    {
        _all = all;
        var numbers = Enumerable.Range(0, all.Count);
        _byPool = numbers.ToLookup(number => all[number].Pool, StringComparer.Ordinal);
        _byPlace = numbers
            .SelectMany(number => all[number].ListPlaces().Select(place => (Number: number, Place: place)))
            .ToLookup(item => item.Place, item => item.Number, StringComparer.Ordinal);
    }

    /// <summary>Lists the targets of scrape pools, pool by pool.</summary>
    public IReadOnlyList<PrometheusTarget> ListOfPools(IEnumerable<string> pools) =>
        [.. pools.SelectMany(pool => _byPool[pool]).Select(number => _all[number])];

    /// <summary>Lists the targets of scrape pools, and those that may be of pods: no other target is of one of them.</summary>
    public IReadOnlyList<PrometheusTarget> ListNear(IEnumerable<string> pools, IEnumerable<MilvusPod> pods)
    {
        var places = pods.SelectMany(pod => pod.Addresses.Concat(pod.Hosts).Append(pod.Name)).Distinct(StringComparer.Ordinal);
        var numbers = pools.SelectMany(pool => _byPool[pool]).Concat(places.SelectMany(place => _byPlace[place]));
        return [.. numbers.Distinct().Order().Select(number => _all[number])];
    }
}
