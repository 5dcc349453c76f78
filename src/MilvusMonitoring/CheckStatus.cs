namespace MilvusMonitoring;

/// <summary>How a link of the chain is.</summary>
public enum CheckStatus
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It holds, or seems to, with something to know of it.</summary>
    Warning,

    /// <summary>It is broken, and nothing before it explains why.</summary>
    Failed,

    /// <summary>It could not be looked at, for lack of a permission or of an answer.</summary>
    Unknown,

    /// <summary>It does not apply, or it does not hold because of a broken link before it.</summary>
    Skipped,
}
