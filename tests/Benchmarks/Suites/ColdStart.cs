using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Contenders;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>What a command costs in a process that is started for it, beside the same process with an empty script.</summary>
internal sealed class ColdStart(RealStack stack, int repeat)
{
    private const double Target = 300;
    private const string Empty = "an empty script";
    private const string Import = "Import-Module";

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing => Shell.Program is null ? $"Neither {Shell.Variable} nor PATH leads to a pwsh." : null;

    private readonly Dictionary<string, Series> _shells = [];
    private readonly Dictionary<string, Series> _parts = [];

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var commands = new ModuleCommands(stack.Kubeconfig, stack.Manifests.Folder, stack.Manifests.Count);
        await stack.CheckEmptyAsync(cancellationToken);
        var import = $"Import-Module '{BuiltTree.Module}'";
        var cluster = $"-Kubeconfig '{stack.Kubeconfig}'";
        (string Name, string Script)[] scripts =
        [
            (Empty, "$null"),
            (Import, import),
            ("Get-KubePrometheus", $"{import}; Get-KubePrometheus {cluster}"),
            ("Get-MilvusInstance", $"{import}; Get-MilvusInstance {cluster}"),
            ("Test-MilvusMonitoring", $"{import}; Test-MilvusMonitoring -Quiet {cluster}"),
        ];
        await RunAsync(commands, StackWork.Install, cancellationToken);
        try
        {
            for (var round = 0; round <= repeat; round++)
            {
                foreach (var (name, script) in scripts)
                {
                    var (elapsed, _) = await Shell.RunAsync(script, cancellationToken);
                    Add(_shells, name, elapsed.TotalMilliseconds, round);
                }

                foreach (var part in await ColdParts.InNewProcessAsync(stack.Kubeconfig, stack.Manifests.Folder, cancellationToken))
                {
                    Add(_parts, part.Name, part.Milliseconds, round);
                }

                Console.Error.WriteLine($"  round {round}");
            }
        }
        finally
        {
            await RunAsync(commands, StackWork.Uninstall, cancellationToken);
        }

        Show(report);
    }

    private static async Task RunAsync(ModuleCommands commands, StackWork work, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        commands.Check(work, (await engine.RunAsync(commands.ScriptFor(work), cancellationToken)).Output);
    }

    // Round 0 fills the caches of the machine.
    private static void Add(Dictionary<string, Series> series, string name, double milliseconds, int round)
    {
        if (!series.TryGetValue(name, out var known))
        {
            series[name] = known = new Series();
        }

        if (round > 0)
        {
            known.Add(milliseconds);
        }
    }

    private void Show(Report report)
    {
        var empty = _shells[Empty].Median;
        report.Say($"A process of {Shell.Program} for one script, on a cluster with a stack, medians of {repeat}");
        report.Table(
            ["script", "time", "over empty", "target", ""],
            [.. _shells.Select(entry => Row(report, entry.Key, entry.Value.Median, empty))]);
        report.Space();
        report.Say("Where that time goes: each part for the first time in a process without PowerShell");
        report.Table(["part", "time"], [.. _parts.Select(part => (string[])[part.Key, Report.Time(part.Value.Median)])]);
        report.Space();
    }

    private static string[] Row(Report report, string name, double time, double empty) => name is Empty or Import
        ? [name, Report.Time(time), name is Empty ? "" : Report.Time(time - empty), "", ""]
        : [name, Report.Time(time), Report.Time(time - empty), Report.Time(Target), report.Verdict(time - empty, Target)];
}
