namespace MilvusMonitoring.Tests;

/// <summary>When a test gives up on what never ends. Nothing takes this long, on a machine that does much else beside the tests either.</summary>
internal static class Limits
{
    /// <summary>For what takes seconds.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    /// <summary>For a program that compiles, installs, or plays a story.</summary>
    public static readonly TimeSpan Program = TimeSpan.FromMinutes(20);
}
