namespace EmbeddedCluster.Apply;

/// <summary>The order of a merged list: items of the configuration in its own order, the others where they stood among them.</summary>
internal static class ListOrder
{
    /// <summary>One item of the result; <see cref="LiveIndex"/> is set where the item comes from the live list alone.</summary>
    internal readonly record struct Step(PathElement Element, int? LiveIndex);

    public static List<Step> Merge(IReadOnlyList<PathElement> live, IReadOnlyList<PathElement> applied)
    {
        var inLive = live.ToHashSet();
        var inApplied = applied.ToHashSet();
        var shared = new Queue<PathElement>(applied.Where(inLive.Contains));
        PathElement? nextShared = shared.TryDequeue(out var first) ? first : null;
        var done = new HashSet<PathElement>();
        var result = new List<Step>(Math.Max(live.Count, applied.Count));
        for (int at = 0, from = 0; at < live.Count || from < applied.Count;)
        {
            if (at < live.Count && from < applied.Count)
            {
                if (live[at] == applied[from])
                {
                    Take(applied[from]);
                    at++;
                    from++;
                    continue;
                }

                if (inApplied.Contains(live[at]) && nextShared is { } awaited && awaited != live[at])
                {
                    at++;
                    continue;
                }
            }

            if (at < live.Count)
            {
                if (!inApplied.Contains(live[at]))
                {
                    result.Add(new Step(live[at], at));
                    at++;
                    continue;
                }

                if (done.Contains(live[at]))
                {
                    at++;
                }
            }

            if (from < applied.Count)
            {
                Take(applied[from]);
                from++;
            }
        }

        return result;

        void Take(PathElement element)
        {
            done.Add(element);
            result.Add(new Step(element, null));
            if (nextShared == element)
            {
                nextShared = shared.TryDequeue(out var next) ? next : null;
            }
        }
    }
}
