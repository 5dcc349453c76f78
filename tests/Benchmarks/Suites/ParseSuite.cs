using System.Diagnostics;
using k8s;
using MilvusMonitoring.Benchmarks.Parsing;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;
using MilvusMonitoring.Manifests;
using YamlDotNet.RepresentationModel;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>From the files of a release to what is sent, against three other ways that YAML is read in .NET.</summary>
internal sealed class ParseSuite(int repeat)
{
    private const string Version = "v0.18.0";
    private const double RatioTarget = 300.0 / 650;
    private const double MemoryTarget = 40 << 20;

    private readonly string _folder = StackManifests.FolderOf(Version);
    private readonly List<(string Name, Func<CancellationToken, Task<int>> Read, Series Time, Series Allocated)> _ways = [];

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing => StackManifests.MissingFor(Version);

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(_folder, "manifests"), "*.yaml", SearchOption.AllDirectories)];
        Add("the module", async token => ManifestReader.Read(await ManifestSource.ReadAsync(_folder, token), token).Count);
        Add("a simple event loop to JSON", _ => Task.FromResult(SimpleEventLoop.Read(files)));
        Add("YamlDotNet's object model, not yet JSON", _ => Task.FromResult(ReadTrees(files)));
        Add("KubernetesYaml, its own kinds only", _ => Task.FromResult(ReadModels(files)));
        var counts = new int[_ways.Count];
        for (var round = 0; round <= repeat; round++)
        {
            for (var way = 0; way < _ways.Count; way++)
            {
                GC.Collect();
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var clock = Stopwatch.StartNew();
                counts[way] = await _ways[way].Read(cancellationToken);
                var elapsed = clock.Elapsed;
                if (round > 0)
                {
                    _ways[way].Time.Add(elapsed);
                    _ways[way].Allocated.Add(GC.GetTotalAllocatedBytes(precise: true) - allocated);
                }
            }
        }

        Show(report, files, counts);
    }

    private void Add(string name, Func<CancellationToken, Task<int>> read) => _ways.Add((name, read, new Series(), new Series()));

    private static int ReadTrees(IEnumerable<string> files)
    {
        var count = 0;
        foreach (var file in files)
        {
            using var reader = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(reader);
            count += stream.Documents.Count;
        }

        return count;
    }

    private static int ReadModels(IEnumerable<string> files)
    {
        var count = 0;
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            // It refuses kinds that it has no class for.
            if (!text.Contains("apiVersion: monitoring.coreos.com", StringComparison.Ordinal))
            {
                count += KubernetesYaml.LoadAllFromString(text).Count;
            }
        }

        return count;
    }

    private void Show(Report report, string[] files, int[] counts)
    {
        var loop = _ways[1].Time.Median;
        var size = files.Sum(file => new FileInfo(file).Length);
        report.Say($"Parsing all of kube-prometheus {Version}, {files.Length} files of {Report.Size(size)} together, in a warm process, medians of {repeat}");
        report.Table(
            ["way", "objects", "time", "x loop", "target", "", "allocated", "target", ""],
            [.. _ways.Select((way, index) =>
            {
                var ratio = way.Time.Median / loop;
                string[] row = [way.Name, $"{counts[index]}", Report.Time(way.Time.Median), Report.Ratio(ratio)];
                string[] judged = index > 0 ? ["", "", Report.Size(way.Allocated.Median), "", ""]
                    : [Report.Ratio(RatioTarget), report.Verdict(ratio, RatioTarget), Report.Size(way.Allocated.Median), Report.Size(MemoryTarget), report.Verdict(way.Allocated.Median, MemoryTarget)];
                return (string[])[.. row, .. judged];
            })]);
        report.Space();
    }
}
