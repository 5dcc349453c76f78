using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>
/// The module in a process that is started for one command and ends with it: start, engine and import are part of the time.
/// </summary>
internal sealed class NewProcess(ModuleCommands commands) : IContender
{
    public async Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        var reply = await engine.RunAsync(commands.ScriptFor(work), cancellationToken);
        commands.Check(work, reply.Output);
        return await engine.EndAsync(cancellationToken);
    }
}
