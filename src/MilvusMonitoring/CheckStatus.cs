namespace MilvusMonitoring;

/// <summary>The result of a check.</summary>
public enum CheckStatus : long
{
    /// <summary>The check passed.</summary>
    Passed,

    /// <summary>The check passed, or seems to have passed, with a restriction that the detail names.</summary>
    Warning,

    /// <summary>The check failed, and no check before it explains why.</summary>
    Failed,

    /// <summary>The result is unknown, because a permission is missing or a server did not respond.</summary>
    Unknown,

    /// <summary>The check does not apply, or was not evaluated because an earlier check failed.</summary>
    Skipped,
}
