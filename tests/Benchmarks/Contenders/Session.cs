using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>The module in a PowerShell session that is open already.</summary>
internal sealed class Session(EngineProcess engine, ModuleCommands commands) : IContender
{
    /// <summary>The phases of the work that was done last.</summary>
    public IReadOnlyList<ChildPhase> LastPhases { get; private set; } = [];

    public async Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken)
    {
        var reply = await engine.RunAsync(commands.ScriptFor(work), cancellationToken);
        commands.Check(work, reply.Output);
        LastPhases = reply.Phases;
        return TimeSpan.FromMilliseconds(reply.Milliseconds);
    }
}
