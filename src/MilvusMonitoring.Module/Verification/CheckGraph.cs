namespace MilvusMonitoring.Verification;

/// <summary>Tells the first broken link, or the first that could not be looked at, from what merely follows from it.</summary>
internal sealed class CheckGraph
{
    private readonly Dictionary<string, CheckResult> _judged = new(StringComparer.Ordinal);

    /// <summary>A chain that goes on from another, whose links stay as they were judged.</summary>
    public CheckGraph(CheckGraph? from = null)
    {
        foreach (var (link, judgement) in from?._judged ?? [])
        {
            _judged[link] = judgement;
        }
    }

    /// <summary>Judges a link; those that it hangs on have been judged before.</summary>
    /// <param name="link">The link.</param>
    /// <param name="target">What it is about, where it could not be looked at.</param>
    /// <param name="seen">What was found; null where what it takes to look was not there.</param>
    /// <param name="lostAt">The link since which nothing can be looked at; null where everything can.</param>
    /// <returns>What was found, or why that follows from another link.</returns>
    public CheckResult Judge(string link, string target, Finding? seen, string? lostAt = null)
    {
        var judgement =
            Cause(link, CheckStatus.Failed, CheckStatus.Skipped) is { } cause
            && seen?.Status is null or CheckStatus.Failed or CheckStatus.Unknown
                ? new CheckResult(
                    new Finding(
                        CheckStatus.Skipped,
                        seen?.Target ?? target,
                        $"because of {cause}{(seen is null ? string.Empty : ": " + seen.Detail)}"),
                    cause)
            : seen is null ? Blind(target, Cause(link, CheckStatus.Unknown, CheckStatus.Unknown) ?? lostAt)
            : new CheckResult(seen, null);
        _judged[link] = judgement;
        return judgement;
    }

    private string? Cause(string link, CheckStatus cause, CheckStatus follower)
    {
        foreach (var before in CheckId.Before(link))
        {
            if (
                _judged.TryGetValue(before, out var judged)
                && (
                    judged.Finding.Status == follower && judged.CausedBy is { } first ? first
                    : judged.Finding.Status == cause ? before
                    : null)
                    is { } name)
            {
                return name;
            }
        }

        return null;
    }

    private static CheckResult Blind(string target, string? unknown) =>
        new(
            Finding.Unknown(target, unknown is null ? "could not be looked at" : $"could not be looked at, since {unknown} is unknown"),
            unknown);
}

/// <summary>What a link comes to.</summary>
/// <param name="Finding">How it is.</param>
/// <param name="CausedBy">The link that it follows from; null where it does not.</param>
internal sealed record CheckResult(Finding Finding, string? CausedBy);
