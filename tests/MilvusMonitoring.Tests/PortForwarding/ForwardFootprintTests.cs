using System.Diagnostics;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>What port-forwards leave behind in the process that they run in.</summary>
[Collection(Alone.Name)]
public sealed class ForwardFootprintTests
{
    [Fact]
    public async Task Hundreds_of_short_requests_leave_nothing_behind()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        await ForwardStage.HammerAsync(forward, 100);
        var (handles, threads, memory) = Footprint();

        await ForwardStage.HammerAsync(forward, 400);

        // What is opened ahead goes back with the demand.
        await Commands.Stage.UntilAsync(() => forward.OpenConnections == 0 && stage.Cluster.PortForwards.OpenSockets <= 2);
        var after = Footprint();
        Assert.InRange(after.Handles, 0, handles + 50);
        Assert.InRange(after.Threads, 0, threads + 20);
        Assert.InRange(after.Memory, 0, memory + (16 << 20));
        (await stage.Session.InvokeAsync("Stop-MonitoringPortForward -All")).EnsureNoError();
        await Commands.Stage.UntilAsync(() => stage.Cluster.PortForwards.OpenSockets == 0);
    }

    private static (int Handles, int Threads, long Memory) Footprint()
    {
        using var process = Process.GetCurrentProcess();
        return (
            OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount,
            process.Threads.Count,
            GC.GetTotalMemory(forceFullCollection: true));
    }
}
