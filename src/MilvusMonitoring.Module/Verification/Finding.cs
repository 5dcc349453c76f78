using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>What a rule concludes from what a check read.</summary>
/// <param name="Status">The status.</param>
/// <param name="Target">The object of the check.</param>
/// <param name="Detail">What was seen, in one line.</param>
/// <param name="Remedy">What repairs it; null if nothing is to be done.</param>
internal sealed record Finding(CheckStatus Status, string Target, string Detail, string? Remedy = null)
{
    /// <summary>The id of the error that the finding comes from; null if it comes from no error.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Whether the error is that of a server other than the API server.</summary>
    public bool IsOfOtherServer { get; init; }

    /// <summary>Whether only a person can put it right, so that waiting does not help.</summary>
    public bool NeedsPerson { get; init; }

    public static Finding Passed(string target, string detail) => new(CheckStatus.Passed, target, detail);

    public static Finding Warning(string target, string detail, string? remedy = null) => new(CheckStatus.Warning, target, detail, remedy);

    public static Finding Failed(string target, string detail, string remedy) => new(CheckStatus.Failed, target, detail, remedy);

    /// <summary>Makes a finding of an error that is the very fault that the check looks for. The id is that of a failed check.</summary>
    /// <param name="target">The object of the check.</param>
    /// <param name="error">The error.</param>
    /// <param name="otherwise">The remedy if the error has none.</param>
    public static Finding Failed(string target, MonitoringException error, string otherwise) =>
        FromError(CheckStatus.Failed, target, error, otherwise) with { ErrorId = null };

    /// <summary>The check does not apply. What depends on it is checked all the same.</summary>
    public static Finding Skipped(string target, string detail) => new(CheckStatus.Skipped, target, detail);

    public static Finding Unknown(string target, string detail, string? remedy = null) => new(CheckStatus.Unknown, target, detail, remedy);

    /// <summary>Makes a finding of an error's reason and remedy.</summary>
    /// <param name="status">The status.</param>
    /// <param name="target">The object of the check.</param>
    /// <param name="error">The error.</param>
    /// <param name="otherwise">The remedy if the error has none.</param>
    public static Finding FromError(CheckStatus status, string target, MonitoringException error, string? otherwise = null)
    {
        var remedy = error.Remedy is { } text ? Remedies.DescribeManual(OneLine.ToSentence(text)) : otherwise;
        return new Finding(status, target, error.Reason, remedy) { ErrorId = error.ErrorId };
    }
}
