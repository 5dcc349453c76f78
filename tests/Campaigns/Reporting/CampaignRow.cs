namespace MilvusMonitoring.Campaigns;

/// <summary>One row of the table.</summary>
/// <param name="Campaign">"faults", "tenant" or "fuzz".</param>
/// <param name="Name">What was put to the test.</param>
/// <param name="Cases">How many cases were run.</param>
/// <param name="Violations">What did not hold.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Skipped">Why nothing was run; null where it was.</param>
public sealed record CampaignRow(
    string Campaign,
    string Name,
    long Cases,
    IReadOnlyList<Violation> Violations,
    TimeSpan Duration,
    string? Skipped = null);
