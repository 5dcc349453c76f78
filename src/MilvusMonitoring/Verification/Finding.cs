namespace MilvusMonitoring.Verification;

/// <summary>What a rule makes of what was read for one link.</summary>
/// <param name="Status">How the link is.</param>
/// <param name="Target">What was looked at.</param>
/// <param name="Detail">What was seen, in one line.</param>
/// <param name="Remedy">What mends it; null where nothing is to be done.</param>
internal sealed record Finding(CheckStatus Status, string Target, string Detail, string? Remedy = null)
{
    public static Finding Passed(string target, string detail) => new(CheckStatus.Passed, target, detail);

    public static Finding Warning(string target, string detail, string? remedy = null) => new(CheckStatus.Warning, target, detail, remedy);

    public static Finding Failed(string target, string detail, string remedy) => new(CheckStatus.Failed, target, detail, remedy);

    public static Finding Unknown(string target, string detail, string? remedy = null) => new(CheckStatus.Unknown, target, detail, remedy);
}
