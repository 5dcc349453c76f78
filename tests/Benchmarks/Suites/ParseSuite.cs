using MilvusMonitoring.Benchmarks.Parsing;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>From the files of a release to what is sent, against three other ways that YAML is read in .NET.</summary>
internal sealed class ParseSuite(int repeat)
{
    private const string Version = "v0.18.0";
    private const double RatioTarget = 300.0 / 650;
    private const double MemoryTarget = 40 << 20;

    private readonly string _folder = StackManifests.FolderOf(Version);
    private readonly List<Way> _ways = [.. ParseWay.All.Select(way => new Way(way))];

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing => StackManifests.MissingFor(Version);

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        for (var round = 0; round <= repeat; round++)
        {
            foreach (var way in _ways)
            {
                var cold = await ParseRun.InNewProcessAsync(way.Parse, _folder, cancellationToken);
                var warm = await ParseRun.HereAsync(way.Parse, _folder, cancellationToken);
                if (round > 0)
                {
                    way.Cold.Add(cold.Milliseconds);
                    way.Warm.Add(warm.Milliseconds);
                    way.Allocated.Add(cold.AllocatedBytes);
                }

                way.Count = cold.Count;
            }
        }

        Show(report);
    }

    private void Show(Report report)
    {
        var files = ParseWay.Files(_folder);
        var loop = _ways.Single(way => way.Parse == ParseWay.EventLoop);
        report.Say(
            $"Parsing kube-prometheus {Version}, {files.Count} files of {Report.Size(files.Sum(file => new FileInfo(file).Length))} "
                + $"together, medians of {repeat}; cold: as the first work of a process"
        );
        report.Table(
            ["way", "objects", "warm", "cold", "x loop", "target", "", "allocated", "target", ""],
            [.. _ways.Select(way =>
            {
                var ratio = way.Cold.Median / loop.Cold.Median;
                var isOurs = way.Parse == ParseWay.Module;
                return (string[])
                [
                    way.Parse.Title, $"{way.Count}", Report.Time(way.Warm.Median), Report.Time(way.Cold.Median), Report.Ratio(ratio),
                    isOurs ? Report.Ratio(RatioTarget) : "", isOurs ? report.Verdict(ratio, RatioTarget) : "",
                    Report.Size(way.Allocated.Median),
                    isOurs ? Report.Size(MemoryTarget) : "", isOurs ? report.Verdict(way.Allocated.Median, MemoryTarget) : "",
                ];
            })]);
        report.Space();
    }

    private sealed record Way(ParseWay Parse)
    {
        public int Count { get; set; }

        public Series Cold { get; } = new();

        public Series Warm { get; } = new();

        public Series Allocated { get; } = new();
    }
}
