namespace MilvusMonitoring.Campaigns;

/// <summary>A promise that was not kept.</summary>
/// <param name="Case">What to give to <c>--case</c> to see it again.</param>
/// <param name="Seed">The seed that it was found with.</param>
/// <param name="What">What was wrong.</param>
public sealed record Violation(string Case, int Seed, string What);
