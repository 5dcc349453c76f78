using EmbeddedCluster;
using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Contenders;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Scaling;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>How time and memory grow with the number of objects, on the embedded cluster.</summary>
internal sealed class ScaleSuite(int repeat)
{
    private const string Version = "v0.18.0";
    private const int WatchHistory = 1 << 17;
    private const long WatchHistoryBytes = 2L << 30;
    private const double GrowthTarget = 1.3;
    private const double MemoryTarget = 150 << 20;

    private static readonly int[] s_times = [1, 4, 16];

    private readonly List<Size> _sizes = [];

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing => StackManifests.MissingFor(Version);

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        foreach (var times in s_times)
        {
            var manifests = Path.Combine(folder.Path, $"{times}");
            _sizes.Add(
                new Size(
                    times,
                    manifests,
                    await MultipliedManifests.WriteAsync(StackManifests.FolderOf(Version), manifests, times, cancellationToken)));
        }

        await using var session = await EngineProcess.StartAsync(cancellationToken);
        await RunAsync(session, _sizes[0], folder.Path, measuresMemory: false, cancellationToken);
        for (var round = 0; round < repeat; round++)
        {
            foreach (var size in _sizes.Where(size => size.Failure is null))
            {
                await MeasureAsync(session, size, round, folder.Path, cancellationToken);
            }
        }

        foreach (var size in _sizes.Where(size => size.Failure is null))
        {
            await using var fresh = await EngineProcess.StartAsync(cancellationToken);
            var (install, again) = await RunAsync(fresh, size, folder.Path, measuresMemory: true, cancellationToken);
            size.Peak.Add(Math.Max(install.PeakBytes, again.PeakBytes));
        }

        Show(report);
    }

    private static async Task MeasureAsync(EngineProcess session, Size size, int round, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var (install, again) = await RunAsync(session, size, folder, measuresMemory: false, cancellationToken);
            size.Install.Add(install.Milliseconds / size.Count);
            size.Again.Add(again.Milliseconds / size.Count);
            size.Processor.Add(install.ProcessorMilliseconds / size.Count);
            Console.Error.WriteLine(
                $"  round {round + 1}, {size.Times} x: {Report.Time(install.Milliseconds)}, {Report.Time(again.Milliseconds)}");
        }
        catch (Exception exception) when (exception is BenchmarkException or InvalidOperationException)
        {
            // The embedded cluster has limits of its own; the other sizes are still worth showing.
            size.Failure = exception.Message;
        }
    }

    private static async Task<(ChildReply Install, ChildReply Again)> RunAsync(
        EngineProcess engine, Size size, string folder, bool measuresMemory, CancellationToken cancellationToken)
    {
        await using var cluster = await Cluster.StartAsync(
            new ClusterOptions
            {
                Controllers = false,
                WatchHistory = WatchHistory,
                WatchHistoryBytes = WatchHistoryBytes,
            },
            cancellationToken);
        var kubeconfig = Path.Combine(folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.CreateKubeconfig(), cancellationToken);
        var commands = new ModuleCommands(kubeconfig, size.Manifests, size.Count);
        var install = await engine.RunAsync(commands.ScriptFor(StackWork.Install), cancellationToken, measuresMemory);
        commands.Check(StackWork.Install, install.Output);
        var again = await engine.RunAsync(commands.ScriptFor(StackWork.InstallAgain), cancellationToken, measuresMemory);
        commands.Check(StackWork.InstallAgain, again.Output);
        return (install, again);
    }

    private void Show(Report report)
    {
        report.Say(
            $"Growth: the objects of {Version} several times over, on the embedded cluster, in an open session, medians of {repeat}; "
                + "processor: what of an install the module's own process takes, the server's left out; memory in a new process, once"
        );
        report.Table(
            [
                "size",
                "objects",
                "install/object",
                "x 1 x",
                "processor",
                "x 1 x",
                "again/object",
                "x 1 x",
                "target",
                "",
                "peak",
                "target",
                "",
            ],
            [
                .. _sizes
                    .Where(size => size.Failure is null)
                    .Select(size =>
                    {
                        var install = size.Install.Median / _sizes[0].Install.Median;
                        var again = size.Again.Median / _sizes[0].Again.Median;
                        var isJudged = size.Times > 1;
                        var isLargest = size.Times == s_times[^1];
                        return (string[])
                            [
                                $"{size.Times} x",
                                $"{size.Count}",
                                $"{size.Install.Median:0.00} ms",
                                Report.Ratio(install),
                                $"{size.Processor.Median:0.00} ms",
                                Report.Ratio(size.Processor.Median / _sizes[0].Processor.Median),
                                $"{size.Again.Median:0.00} ms",
                                Report.Ratio(again),
                                isJudged ? Report.Ratio(GrowthTarget) : "",
                                isJudged ? report.Verdict(Math.Max(install, again), GrowthTarget) : "",
                                Report.Size(size.Peak.Largest),
                                isLargest ? Report.Size(MemoryTarget) : "",
                                isLargest ? report.Verdict(size.Peak.Largest, MemoryTarget) : "",
                            ];
                    }),
            ]);
        foreach (var size in _sizes.Where(size => size.Failure is not null))
        {
            report.Say($"{size.Times} x was not measured: {size.Failure}");
        }

        report.Space();
    }

    private sealed record Size(int Times, string Manifests, int Count)
    {
        /// <summary>Why it could not be measured.</summary>
        public string? Failure { get; set; }

        public Series Install { get; } = new();

        public Series Again { get; } = new();

        public Series Processor { get; } = new();

        public Series Peak { get; } = new();
    }
}
