namespace MilvusMonitoring.Verification;

/// <summary>Tells the first broken link from what merely follows from it.</summary>
internal sealed class Chain
{
    private readonly Dictionary<string, Judgement> _judged = new(StringComparer.Ordinal);

    /// <summary>A chain that goes on from another, whose links stay as they were judged.</summary>
    public Chain(Chain? from = null)
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
    /// <returns>What was found, or why that follows from another link.</returns>
    public Judgement Judge(string link, string target, Finding? seen)
    {
        var judgement = Cause(link) is { } cause && seen?.Status is null or CheckStatus.Failed or CheckStatus.Unknown
            ? new Judgement(new Finding(CheckStatus.Skipped, seen?.Target ?? target, $"because of {cause}{(seen is null ? string.Empty : ": " + seen.Detail)}"), cause)
            : new Judgement(seen ?? Blind(link, target), null);
        _judged[link] = judgement;
        return judgement;
    }

    private string? Cause(string link) => Link.Before(link)
        .Select(before => _judged.GetValueOrDefault(before))
        .OfType<Judgement>()
        .Select(before => before.Finding.Status == CheckStatus.Failed ? NameOf(before) : before.CausedBy)
        .FirstOrDefault(cause => cause is not null);

    private string NameOf(Judgement judgement) => _judged.First(item => ReferenceEquals(item.Value, judgement)).Key;

    private Finding Blind(string link, string target)
    {
        var unknown = Link.Before(link).FirstOrDefault(before => _judged.TryGetValue(before, out var judged) && judged.Finding.Status == CheckStatus.Unknown);
        return Finding.Unknown(target, unknown is null ? "could not be looked at" : $"could not be looked at, since {unknown} is unknown");
    }
}

/// <summary>What a link comes to.</summary>
/// <param name="Finding">How it is.</param>
/// <param name="CausedBy">The broken link that it follows from; null where it does not.</param>
internal sealed record Judgement(Finding Finding, string? CausedBy);
