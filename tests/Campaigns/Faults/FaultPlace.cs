namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Which fault meets which request of a command.</summary>
/// <param name="Sort">The fault.</param>
/// <param name="Stays">Whether every request from there on meets it.</param>
/// <param name="Position">The request, from 0.</param>
internal sealed record FaultPlace(FaultSort Sort, bool Stays, int Position)
{
    /// <summary>More requests than any command sends.</summary>
    public const int EndOfPositions = 500;

    /// <summary>As cases are named by it.</summary>
    public string Name => $"{Sort.Name}/{(Stays ? "stays" : "once")}/{Position}";

    /// <summary>All places, in series of which none needs to go on once it is past the command's last request.</summary>
    public static IEnumerable<IEnumerable<FaultPlace>> Series(CampaignOptions options)
    {
        var sorts = FaultSorts.All;
        var positions = Enumerable.Range(0, EndOfPositions);
        if (options.IsShort && options.Cases.Count == 0)
        {
            // Another sort at each position, so that all sorts have their turn, and all positions within three seeds.
            return
            [
                positions
                    .Where(position => (position + options.Seed) % 3 == 1)
                    .Select(position => new FaultPlace(sorts[(position + options.Seed) % sorts.Count], false, position)),
                positions
                    .Where(position => (position + options.Seed) % 6 == 1)
                    .Select(position => new FaultPlace(sorts[((position * 3) + options.Seed) % sorts.Count], true, position)),
            ];
        }

        return sorts.SelectMany(
            sort => (bool[])[false, true],
            (sort, stays) => positions.Select(position => new FaultPlace(sort, stays, position)));
    }
}
