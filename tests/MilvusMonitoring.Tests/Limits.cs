namespace MilvusMonitoring.Tests;

/// <summary>When a test gives up on what never ends. Nothing takes this long, not even on a machine that is busy.</summary>
internal static class Limits
{
    /// <summary>For what takes seconds.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    /// <summary>For a program that compiles, installs, or plays a story.</summary>
    public static readonly TimeSpan Program = TimeSpan.FromMinutes(20);
}
