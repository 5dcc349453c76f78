namespace MilvusMonitoring.Messages;

/// <summary>Suggests names for a mistyped name.</summary>
internal static class NameSuggestions
{
    private const int ListLimit = 10;

    /// <summary>The longest name in Kubernetes. A longer text is not a mistyped name.</summary>
    private const int LongestName = 253;

    /// <summary>Describes the similar names, or else the existing names.</summary>
    /// <param name="given">The name that does not exist; empty for none.</param>
    /// <param name="names">The existing names.</param>
    /// <returns>A phrase: <c>similar names: 'a', 'b'</c>, <c>there are: a, b</c>, <c>there are none</c>.</returns>
    public static string Describe(string given, IEnumerable<string> names)
    {
        var all = names.Select(name => OneLine.Clean(name, LongestName)).Order(StringComparer.OrdinalIgnoreCase).ToList();
        return (Guess(given, all), all.Count) switch
        {
            ({ } near, _) => near,
            (_, 0) => "there are none",
            (_, <= ListLimit) => "there are: " + string.Join(", ", all),
            _ => $"there are {all.Count}, among them: " + string.Join(", ", all.Take(ListLimit)),
        };
    }

    /// <summary>Describes the similar names.</summary>
    /// <param name="given">The name that does not exist; empty for none.</param>
    /// <param name="names">The existing names.</param>
    /// <returns>A phrase: <c>similar names: 'a', 'b'</c>; null if no name is similar.</returns>
    public static string? Guess(string given, IEnumerable<string> names)
    {
        var near = given.Length is 0 or > LongestName
            ? []
            : names
                .Select(name => (name, distance: Distance(given, name)))
                .Where(candidate =>
                    candidate.distance <= Math.Max(1, given.Length / 3)
                    || candidate.name.Contains(given, StringComparison.OrdinalIgnoreCase))
                .OrderBy(candidate => candidate.distance)
                .Take(3)
                .Select(candidate => $"'{candidate.name}'")
                .ToList();
        return near.Count == 0 ? null : "similar names: " + string.Join(", ", near);
    }

    // The number of letters to change, add or remove, regardless of case.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[^1];
    }
}
