namespace MilvusMonitoring.Tests;

/// <summary>
/// A clock on which no pause ends, while much time passes: what goes on all the same does so for another reason than a pause.
/// </summary>
internal sealed class EndlessPauses : TimeProvider
{
    private const long Factor = 100_000;

    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => (System.GetTimestamp() - _start) * Factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
