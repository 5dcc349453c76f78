using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>The module in a PowerShell session that is open already.</summary>
internal sealed class Session(EngineProcess engine, ModuleCommands commands) : IContender
{
    public async Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken)
    {
        var reply = await engine.RunAsync(commands.ScriptFor(work), cancellationToken);
        commands.Check(work, reply.Output);
        return TimeSpan.FromMilliseconds(reply.Milliseconds);
    }
}
