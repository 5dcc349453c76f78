namespace MilvusMonitoring.Tests.Permissions;

/// <summary>Some verbs on some resources in one place, and what a command does with them.</summary>
/// <param name="Resources">Each with its group behind a dot; none for the core group.</param>
/// <param name="Purpose">What the command does with them.</param>
/// <param name="Lost">What is lost without them; null if the command fails.</param>
/// <param name="Needs">What a cluster must have for a test to show that the command needs them.</param>
internal sealed record RightRow(
    RightPlace Place,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> Verbs,
    string Purpose,
    string? Lost,
    Proof Needs)
{
    /// <summary>The rights one by one.</summary>
    public IEnumerable<Right> List() =>
        from resource in Resources
        from verb in Verbs
        let parts = resource.Split('.', 2)
        select new Right(Place, parts.Length > 1 ? parts[1] : "", parts[0], verb);
}

/// <summary>Where a test can show that a right is needed.</summary>
internal enum Proof
{
    /// <summary>On every API server.</summary>
    Anywhere,

    /// <summary>Where pods run.</summary>
    Pods,

    /// <summary>Where no pod becomes ready.</summary>
    Unready,

    /// <summary>On a server that is newer than 1.20.</summary>
    NewServer,
}

/// <summary>The rights of one command.</summary>
internal sealed record CommandRights(string Command, string Example, string? Note, IReadOnlyList<RightRow> Rows)
{
    public IEnumerable<Right> List() => Rows.SelectMany(row => row.List()).Distinct();
}
