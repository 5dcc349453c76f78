namespace MilvusMonitoring.IO;

/// <summary>Computes the pauses between tries. Each pause is twice the last one, up to a maximum.</summary>
internal static class Backoff
{
    // 2^20 times any first pause exceeds every maximum.
    private const int MostDoublings = 20;

    public static TimeSpan Next(TimeSpan pause, TimeSpan longest) => TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, longest.Ticks));

    /// <summary>The pause after a number of failed tries.</summary>
    /// <param name="tries">The number of failed tries, at least 1.</param>
    public static TimeSpan After(int tries, TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(tries - 1, MostDoublings), longest.Ticks));
}
