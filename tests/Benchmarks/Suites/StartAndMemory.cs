using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Contenders;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>What a new process pays: import, the first call, the next ones; and how much memory the work takes at its peak.</summary>
internal sealed class StartAndMemory(RealStack stack, int repeat)
{
    private const double ImportTarget = 100;
    private const double MemoryTarget = 60 << 20;
    private const int WarmCalls = 5;

    /// <summary>The commands that only read, as they are called on a cluster with a stack and no Milvus.</summary>
    private static readonly string[] s_readers =
    [
        "Get-KubePrometheus",
        "Get-MilvusInstance",
        "Get-MilvusServiceMonitor -AllNamespaces",
        "Get-MonitoringPortForward",
        "Test-MilvusMonitoring -Quiet",
    ];

    private readonly Series _coldImport = new();
    private readonly Series _import = new();
    private readonly Dictionary<string, (Series First, Series Warm)> _reading = s_readers.ToDictionary(
        reader => reader,
        _ => (new Series(), new Series()));
    private readonly Dictionary<StackWork, (Series Peak, Series Allocated)> _memory = [];

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var commands = new ModuleCommands(stack.Kubeconfig, stack.Manifests.Folder, stack.Manifests.Count);
        await stack.CheckEmptyAsync(cancellationToken);
        using var folder = new TemporaryFolder();
        var warmUp = WarmUpModule.Write(folder.Path);
        for (var round = 0; round < repeat; round++)
        {
            await MeasureAsync(commands, StackWork.Install, cancellationToken);
            await MeasureAsync(commands, StackWork.InstallAgain, cancellationToken);
            foreach (var reader in s_readers)
            {
                await MeasureReadingAsync(reader, warmUp, cancellationToken);
            }

            await MeasureAsync(commands, StackWork.Uninstall, cancellationToken);
            Console.Error.WriteLine($"  round {round + 1}");
        }

        Show(report);
    }

    private async Task MeasureAsync(ModuleCommands commands, StackWork work, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        _coldImport.Add(engine.Import);
        var reply = await engine.RunAsync(commands.ScriptFor(work), cancellationToken, measuresMemory: true);
        commands.Check(work, reply.Output);
        if (!_memory.TryGetValue(work, out var series))
        {
            _memory[work] = series = (new Series(), new Series());
        }

        series.Peak.Add(reply.PeakBytes);
        series.Allocated.Add(reply.AllocatedBytes);
        await engine.EndAsync(cancellationToken);
    }

    private async Task MeasureReadingAsync(string reader, string warmUp, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken, warmUp);
        _import.Add(engine.Import);
        var script = reader.StartsWith("Get-MonitoringPortForward", StringComparison.Ordinal)
            ? reader
            : $"{reader} -Kubeconfig '{stack.Kubeconfig}'";
        var (first, warm) = _reading[reader];
        first.Add((await engine.RunAsync(script, cancellationToken)).Milliseconds);
        for (var call = 0; call < WarmCalls; call++)
        {
            warm.Add((await engine.RunAsync(script, cancellationToken)).Milliseconds);
        }

        await engine.EndAsync(cancellationToken);
    }

    private void Show(Report report)
    {
        report.Say("Start, in new processes, on the same server without delay");
        report.Table(
            ["figure", "median", "lowest", "highest", "target", ""],
            [
                ["import into a cold engine (its first module)", .. Times(_coldImport), "", ""],
                ["import into a warm engine", .. Times(_import), Report.Time(ImportTarget), report.Verdict(_import.Median, ImportTarget)],
                .. _reading.SelectMany(entry =>
                    (string[][])
                        [
                            [$"{entry.Key}, first call", .. Times(entry.Value.First), "", ""],
                            [$"{entry.Key}, warm", .. Times(entry.Value.Warm), "", ""],
                        ]),
            ]);
        report.Space();
        report.Say(
            "Memory of the work itself: growth of the resident set at its peak, over the process after import; the target is held "
                + "against the highest"
        );
        report.Table(
            ["first command of the process", "median", "lowest", "highest", "allocated", "target", ""],
            [.. _memory.Select(entry => (string[])
            [
                entry.Key.ToString(), .. Sizes(entry.Value.Peak), Report.Size(entry.Value.Allocated.Median), Report.Size(MemoryTarget),
                report.Verdict(entry.Value.Peak.Largest, MemoryTarget),
            ])]);
        report.Space();
    }

    private static string[] Times(Series series) => [Report.Time(series.Median), Report.Time(series.Smallest), Report.Time(series.Largest)];

    private static string[] Sizes(Series series) => [Report.Size(series.Median), Report.Size(series.Smallest), Report.Size(series.Largest)];
}
