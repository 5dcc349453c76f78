namespace MilvusMonitoring.Verification;

/// <summary>What a rule makes of what was read for one link.</summary>
/// <param name="Status">How the link is.</param>
/// <param name="Target">What was looked at.</param>
/// <param name="Detail">What was seen, in one line.</param>
/// <param name="Remedy">What mends it; null where nothing is to be done.</param>
internal sealed record Finding(CheckStatus Status, string Target, string Detail, string? Remedy = null)
{
    /// <summary>The error that it comes from; null where it comes from none that scripts know by its id.</summary>
    public string? ErrorId { get; init; }

    public static Finding Passed(string target, string detail) => new(CheckStatus.Passed, target, detail);

    public static Finding Warning(string target, string detail, string? remedy = null) => new(CheckStatus.Warning, target, detail, remedy);

    public static Finding Failed(string target, string detail, string remedy) => new(CheckStatus.Failed, target, detail, remedy);

    public static Finding Unknown(string target, string detail, string? remedy = null) => new(CheckStatus.Unknown, target, detail, remedy);

    /// <summary>What an error comes to: why, and apart from that what to do.</summary>
    /// <param name="status">How the link is.</param>
    /// <param name="target">What was looked at.</param>
    /// <param name="error">The error.</param>
    /// <param name="otherwise">What to do where the error does not say it.</param>
    public static Finding FromError(CheckStatus status, string target, MonitoringException error, string? otherwise = null)
    {
        var remedy = error.Remedy is { } words ? Remedies.InWords($"{char.ToUpperInvariant(words[0])}{words[1..]}.") : otherwise;
        return new Finding(status, target, error.Reason, remedy) { ErrorId = error.ErrorId };
    }
}
