using System.Globalization;
using System.Text.RegularExpressions;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Growth;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>How time, requests and memory of each command grow with the Milvus of a cluster.</summary>
internal sealed partial class GrowthSuite
{
    private const double GrowthTarget = 1.3;
    private const double RequestTarget = 1.1;
    private const double MemoryTarget = 150 << 20;
    private const double TestTarget = 10_000;
    private const int MostNamed = 6;

    private static readonly GrowthSize[] s_sizes = [new(50, 150, 1_250), new(200, 600, 5_000)];

    private static readonly Work[] s_works =
    [
        new("Enable-MilvusServiceMonitor", "@(Get-MilvusInstance {0} | Enable-MilvusServiceMonitor {0}).Count") { Changes = true },
        new("Enable-MilvusAlertRule", "@([System.Linq.Enumerable]::Distinct([string[]]@(Get-MilvusInstance {0} | Enable-MilvusAlertRule {0}).Instance)).Count") { Changes = true },
        new("Get-MilvusInstance", "@(Get-MilvusInstance {0}).Count"),
        new("Get-MilvusServiceMonitor", "@(Get-MilvusServiceMonitor -AllNamespaces {0}).Count"),
        new("Get-MilvusAlertRule", "@([System.Linq.Enumerable]::Distinct([string[]]@(Get-MilvusAlertRule {0}).Instance)).Count"),
        new(
            "Test-MilvusMonitoring",
            "@(Test-MilvusMonitoring {0} -ErrorAction SilentlyContinue).Where({{ $_.Check -eq 'Samples' -and $_.Status -eq 'Passed' }}).Count"),
        new("Get-MonitoringStack", "@(Get-MonitoringStack {0}).Count") { Unit = GrowthUnit.Other },
        new("Get-KubePrometheus", "@(Get-KubePrometheus {0}).Count") { Unit = GrowthUnit.Cluster },
        new("Disable-MilvusAlertRule", "@([System.Linq.Enumerable]::Distinct([string[]]@(Get-MilvusInstance {0} | Disable-MilvusAlertRule {0} -Confirm:$false).Instance)).Count") { Changes = true },
        new("Disable-MilvusServiceMonitor", "@(Get-MilvusInstance {0} | Disable-MilvusServiceMonitor {0} -Confirm:$false).Count")
        {
            Changes = true,
        },
    ];

    private readonly int _repeat;
    private readonly Dictionary<(Work Work, GrowthSize Size), Measured> _measured = [];

    /// <param name="repeat">How often each command that only reads is measured.</param>
    public GrowthSuite(int repeat) => _repeat = repeat;

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing => RealPrometheus.Program is null ? "prometheus is not on PATH." : null;

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        foreach (var size in s_sizes)
        {
            await MeasureAsync(size, folder.Path, cancellationToken);
        }

        Show(report);
    }

    private async Task MeasureAsync(GrowthSize size, string folder, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        await using var growth = await GrowthCluster.StartAsync(size, engine, folder, cancellationToken);
        var isLargest = size == s_sizes[^1];
        foreach (var work in s_works)
        {
            if (!work.Changes && growth.Prometheus is null)
            {
                await growth.ScrapeAsync(cancellationToken);
                await WarmUpAsync(engine, growth, cancellationToken);
            }

            var asked = await CountAsync(growth, cancellationToken);
            growth.Cluster.Requests.Clear();
            Series time = new();
            time.Add((await RunAsync(engine, work, growth.Kubeconfig, size, measuresMemory: false, cancellationToken)).Milliseconds);
            var requests = growth.Cluster.Requests.All;
            var toPrometheus = await CountAsync(growth, cancellationToken) - asked;
            while (!work.Changes && time.Count < _repeat)
            {
                time.Add((await RunAsync(engine, work, growth.Kubeconfig, size, measuresMemory: false, cancellationToken)).Milliseconds);
            }

            double memory = 0;
            if (isLargest && !work.Changes)
            {
                await using var fresh = await EngineProcess.StartAsync(cancellationToken);
                memory = (await RunAsync(fresh, work, growth.Kubeconfig, size, measuresMemory: true, cancellationToken)).PeakBytes;
            }

            _measured[(work, size)] = new Measured(time.Median, requests.Count, toPrometheus, memory, Name(requests));
            Console.Error.WriteLine(
                $"  {size.Instances}: {work.Name} {Report.Time(time.Median)}, {requests.Count} requests, {toPrometheus} to Prometheus, "
                    + $"{Report.Size(memory)}; {Name(requests)}");
        }
    }

    /// <summary>Has the engine compile what a first call compiles.</summary>
    private static async Task WarmUpAsync(EngineProcess engine, GrowthCluster growth, CancellationToken cancellationToken)
    {
        var one = $"-Kubeconfig '{growth.Kubeconfig}' -ErrorAction SilentlyContinue | Out-Null";
        await engine.RunAsync(
            $"Test-MilvusMonitoring milvus-1 {one}; Get-MilvusAlertRule milvus-1 {one}; Get-MilvusServiceMonitor -Namespace vectors-1 {one}; "
                + $"Get-KubePrometheus {one}; Get-MonitoringStack {one}",
            cancellationToken);
    }

    private static async Task<ChildReply> RunAsync(
        EngineProcess engine, Work work, string kubeconfig, GrowthSize size, bool measuresMemory, CancellationToken cancellationToken)
    {
        var script = string.Format(CultureInfo.InvariantCulture, work.Script, $"-Kubeconfig '{kubeconfig}'");
        var reply = await engine.RunAsync(script, cancellationToken, measuresMemory);
        var wanted = (work.Unit == GrowthUnit.Milvus ? size.Instances : 1).ToString(CultureInfo.InvariantCulture);
        return reply.Output is [var count] && count == wanted
            ? reply
            : throw new BenchmarkException($"{work.Name} was to give {wanted} and gave {string.Join(' ', reply.Output)}.");
    }

    private static async Task<int> CountAsync(GrowthCluster growth, CancellationToken cancellationToken) =>
        growth.Prometheus is { } prometheus ? await prometheus.CountRequestsAsync(cancellationToken) : 0;

    /// <summary>Names the requests of the largest groups: <c>list pods 12</c>.</summary>
    private static string Name(IReadOnlyList<LoggedRequest> requests) => string.Join(
        ", ",
        requests
            .GroupBy(request => Describe(request))
            .OrderByDescending(group => group.Count())
            .Take(MostNamed)
            .Select(group => $"{group.Key} {group.Count()}"));

    private static string Describe(LoggedRequest request)
    {
        var path = Prefix().Replace(request.Path.Split('?')[0], string.Empty).Split('/');
        return (request.Method, path) switch
        {
            ("GET", [var kind]) => $"list {kind}",
            ("GET", [var kind, _]) => $"get {kind}",
            _ => $"{request.Method.ToLowerInvariant()} {path[0]}{(path.Length > 2 ? $"/{path[2]}" : string.Empty)}",
        };
    }

    private void Show(Report report)
    {
        var large = s_sizes[^1];
        report.Say(
            $"Growth: {s_sizes[0].Instances} and {large.Instances} Milvus of {GrowthCluster.PodsOfEach} pods each, with {s_sizes[0].Releases} "
                + $"and {large.Releases} Helm releases and {s_sizes[0].Others} and {large.Others} objects of others, on the embedded cluster "
                + "with a real Prometheus, in an open session; memory in a new process that first collects garbage after "
                + $"{Report.Size(EngineProcess.FirstCollection)}; growth of time and of requests for each Milvus, of Get-MonitoringStack "
                + "for each object of others, since it reads all workloads, and of Get-KubePrometheus for the cluster");
        report.Table(
            ["command", "Milvus", "API", "Prom.", "time", "for each", "growth", "target", "", "memory", ""],
            [.. s_works.SelectMany(work => s_sizes.Select(size => Row(report, work, size)))]);
        var test = _measured[(s_works.First(work => work.Name.StartsWith("Test", StringComparison.Ordinal)), large)];
        report.Say(
            $"Test-MilvusMonitoring of {large.Instances} Milvus: {Report.Time(test.Milliseconds)}, target {Report.Time(TestTarget)}: "
                + report.Verdict(test.Milliseconds, TestTarget));
        foreach (var work in s_works)
        {
            report.Say($"{work.Name}, {large.Instances} Milvus: {_measured[(work, large)].Named}");
        }

        report.Space();
    }

    private string[] Row(Report report, Work work, GrowthSize size)
    {
        var (small, own) = (_measured[(work, s_sizes[0])], _measured[(work, size)]);
        var isJudged = size != s_sizes[0];
        var (smallest, units) = (s_sizes[0].Count(work.Unit), size.Count(work.Unit));
        var factor = (double)units / smallest;
        var time = own.Milliseconds / small.Milliseconds / factor;
        var requests = Math.Max((double)own.Requests / small.Requests, small.Asked > 0 ? (double)own.Asked / small.Asked : 0) / factor;
        return
        [
            work.Name,
            $"{size.Instances}",
            $"{own.Requests}",
            $"{own.Asked}",
            Report.Time(own.Milliseconds),
            $"{own.Milliseconds / units:0.00} ms",
            isJudged ? $"{time:0.00} {requests:0.00}" : string.Empty,
            isJudged ? $"{GrowthTarget:0.0} {RequestTarget:0.0}" : string.Empty,
            isJudged ? $"{report.Verdict(time, GrowthTarget)} {report.Verdict(requests, RequestTarget)}" : string.Empty,
            own.PeakBytes > 0 ? Report.Size(own.PeakBytes) : string.Empty,
            own.PeakBytes > 0 ? report.Verdict(own.PeakBytes, MemoryTarget) : string.Empty,
        ];
    }

    [GeneratedRegex("^/(api|apis/[^/]+)/[^/]+/(namespaces/[^/]+/)?", RegexOptions.None, 1000)]
    private static partial Regex Prefix();

    /// <param name="Script">The script, with a place for the parameter that names the cluster; it writes how many it has read.</param>
    private sealed record Work(string Name, string Script)
    {
        public GrowthUnit Unit { get; init; }

        public bool Changes { get; init; }
    }

    private sealed record Measured(double Milliseconds, int Requests, int Asked, double PeakBytes, string Named);
}
