namespace MilvusMonitoring.Alertmanagers;

/// <summary>A route of an Alertmanager, with what it inherits.</summary>
internal sealed record Route
{
    public required string Receiver { get; init; }

    public required IReadOnlyList<LabelMatcher> Matchers { get; init; }

    /// <summary>Whether routes after this one are tried too.</summary>
    public bool Continues { get; init; }

    /// <summary>How long Alertmanager waits for more alerts before the first notification of a group.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it waits before the next notification of a group.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(5);

    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>Lists the routes that take an alert, as Alertmanager does: the deepest that match, else this one.</summary>
    /// <returns>The routes, each with the routes above it, outermost first; none if this route does not match.</returns>
    public IReadOnlyList<RoutePath> ListReached(IReadOnlyDictionary<string, string> labels)
    {
        if (!Matchers.All(matcher => matcher.Matches(labels)))
        {
            return [];
        }

        var reached = new List<RoutePath>();
        foreach (var route in Routes)
        {
            var below = route.ListReached(labels);
            reached.AddRange(below.Select(path => new RoutePath([this, .. path.Routes])));
            if (below.Count > 0 && !route.Continues)
            {
                break;
            }
        }

        return reached.Count > 0 ? reached : [new RoutePath([this])];
    }
}

/// <summary>A route that takes an alert, and the routes above it, outermost first.</summary>
internal sealed record RoutePath(IReadOnlyList<Route> Routes)
{
    public Route Route => Routes[^1];

    /// <returns>The matchers on the way: <c>{namespace="milvus"}/{severity="critical"}</c>; <c>{}</c> for the first route.</returns>
    public override string ToString() => Routes.Count == 1
        ? "{}"
        : string.Join('/', Routes.Skip(1).Select(route => $"{{{string.Join(",", route.Matchers)}}}"));
}
