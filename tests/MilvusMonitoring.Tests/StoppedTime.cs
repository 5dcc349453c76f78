namespace MilvusMonitoring.Tests;

/// <summary>A clock that stands still: what goes on all the same does so for another reason than the time.</summary>
internal sealed class StoppedTime : TimeProvider
{
    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
