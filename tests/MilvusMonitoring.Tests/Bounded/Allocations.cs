namespace MilvusMonitoring.Tests.Bounded;

/// <summary>Counts what the process allocates meanwhile, the test's own servers included.</summary>
internal static class Allocations
{
    /// <summary>What no hostile input may make a reader allocate.</summary>
    private const long Most = 64 << 20;

    /// <summary>Runs a read that must end with an error.</summary>
    public static async Task<MonitoringException> FailsAsync(Func<Task> read)
    {
        MonitoringException? error = null;
        await HoldsAsync(async () => error = await Assert.ThrowsAsync<MonitoringException>(read));
        Assert.DoesNotContain('\n', error!.Message);
        return error;
    }

    /// <summary>Runs a read.</summary>
    public static async Task HoldsAsync(Func<Task> read)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await read();
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated < Most, $"{allocated >> 20} MiB were allocated");
    }
}
