namespace MilvusMonitoring.IO;

/// <summary>The pauses between tries, which double up to a longest one.</summary>
internal static class Backoff
{
    // 2^20 times any first pause is over every longest one.
    private const int MostDoublings = 20;

    /// <summary>The pause that follows another.</summary>
    public static TimeSpan Next(TimeSpan pause, TimeSpan longest) => TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, longest.Ticks));

    /// <summary>The pause after a number of tries.</summary>
    /// <param name="tries">How many tries have failed: 1 or more.</param>
    /// <param name="first">The pause after the first.</param>
    /// <param name="longest">The longest pause.</param>
    public static TimeSpan After(int tries, TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(tries - 1, MostDoublings), longest.Ticks));
}
