namespace MilvusMonitoring.Tests;

/// <summary>A clock on which pauses are over sooner, and count as long as they say.</summary>
internal sealed class FasterTime(int factor) : TimeProvider
{
    public override long GetTimestamp() => System.GetTimestamp() * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(
            callback,
            state,
            dueTime > TimeSpan.Zero ? dueTime / factor : dueTime,
            period > TimeSpan.Zero ? period / factor : period);
}
