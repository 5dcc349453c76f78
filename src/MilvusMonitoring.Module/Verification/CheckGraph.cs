namespace MilvusMonitoring.Verification;

/// <summary>Tells the first broken or unknown check from the checks that merely follow from it.</summary>
internal sealed class CheckGraph
{
    private readonly Dictionary<string, CheckResult> _results = new(StringComparer.Ordinal);

    /// <summary>Creates a graph, with the results of another one if there is one.</summary>
    public CheckGraph(CheckGraph? from = null)
    {
        foreach (var (id, result) in from?._results ?? [])
        {
            _results[id] = result;
        }
    }

    /// <summary>Evaluates a check. The checks that it depends on have been evaluated before.</summary>
    /// <param name="id">The check.</param>
    /// <param name="target">The target of a check without a finding.</param>
    /// <param name="finding">The finding; null if the check could not run.</param>
    /// <param name="lostAt">The check at which the API server was lost; null if it responds.</param>
    public CheckResult Evaluate(string id, string target, Finding? finding, string? lostAt = null)
    {
        var result = EvaluateFinding(id, target, finding, lostAt);
        _results[id] = result;
        return result;
    }

    private CheckResult EvaluateFinding(string id, string target, Finding? finding, string? lostAt)
    {
        if (finding?.Status is null or CheckStatus.Failed or CheckStatus.Unknown
            && FindCause(id, CheckStatus.Failed, CheckStatus.Skipped) is { } cause)
        {
            var detail = finding is null ? $"because of {cause}" : $"because of {cause}: {finding.Detail}";
            return new CheckResult(new Finding(CheckStatus.Skipped, finding?.Target ?? target, detail), cause);
        }

        if (finding is not null)
        {
            return new CheckResult(finding, null);
        }

        // What the proof needs stays unknown: a skipped check would pass for one that has nothing to say.
        var unknown = FindCause(id, CheckStatus.Unknown, CheckStatus.Unknown) ?? lostAt;
        return unknown is null && !CheckTable.Proving.Contains(id) && FindCause(id, CheckStatus.Skipped, CheckStatus.Skipped) is { } skipped
            ? new CheckResult(Finding.Skipped(target, $"because of {skipped}"), skipped)
            : CreateNotObservable(target, unknown);
    }

    private string? FindCause(string id, CheckStatus cause, CheckStatus follower)
    {
        foreach (var dependency in CheckTable.ListDependencies(id))
        {
            if (!_results.TryGetValue(dependency, out var result))
            {
                continue;
            }

            if (result.Finding.Status == follower && result.CausedBy is { } first)
            {
                return first;
            }

            if (result.Finding.Status == cause)
            {
                return dependency;
            }
        }

        return null;
    }

    private static CheckResult CreateNotObservable(string target, string? unknown) =>
        new(
            Finding.Unknown(target, unknown is null ? "could not be checked" : $"could not be checked, because {unknown} is unknown"),
            unknown);
}

/// <summary>The result of a check.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="CausedBy">The check that this result follows from; null if it follows from none.</param>
internal sealed record CheckResult(Finding Finding, string? CausedBy);
