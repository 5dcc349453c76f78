using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>
/// The module in a process that is started for one command and ends with it: start, engine and import are part of the time. The process is
/// PowerShell itself; where there is none, a program with PowerShell's engine.
/// </summary>
internal sealed class NewProcess(ModuleCommands commands) : IContender
{
    public async Task<TimeSpan> RunAsync(StackWork work, CancellationToken cancellationToken)
    {
        if (Shell.Program is null)
        {
            await using var engine = await EngineProcess.StartAsync(cancellationToken);
            var reply = await engine.RunAsync(commands.ScriptFor(work), cancellationToken);
            commands.Check(work, reply.Output);
            return await engine.EndAsync(cancellationToken);
        }

        var (elapsed, lines) = await Shell.RunAsync($"Import-Module '{BuiltTree.Module}'; {commands.ScriptFor(work)}", cancellationToken);
        commands.Check(work, lines);
        return elapsed;
    }
}
