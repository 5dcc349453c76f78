using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmbeddedCluster;
using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>A hundred clusters in one pipeline, one of them out of reach.</summary>
internal sealed class FleetSuite
{
    private const int Clusters = 100;
    private const double MemoryTarget = 150 << 20;

    private static readonly string s_manifests = Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests");

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var fleet = new List<Cluster>();
        try
        {
            for (var number = 0; number < Clusters; number++)
            {
                var cluster = await Cluster.StartAsync(new ClusterOptions { Controllers = false }, cancellationToken);
                fleet.Add(cluster);
                await File.WriteAllTextAsync(Path.Combine(folder.Path, $"{number}"), cluster.CreateKubeconfig(), cancellationToken);
            }

            var lost = Path.Combine(folder.Path, "lost");
            await File.WriteAllTextAsync(
                lost,
                fleet[0].CreateKubeconfig().Replace($":{fleet[0].Server.Port}", $":{FreePort()}", StringComparison.Ordinal),
                cancellationToken);
            await using var engine = await EngineProcess.StartAsync(cancellationToken);
            await engine.RunAsync(Script([Path.Combine(folder.Path, "0")]), cancellationToken);
            var alone = await engine.RunAsync(Script([lost]), cancellationToken);
            var install = await engine.RunAsync(
                Script([.. Numbers(0, Clusters / 2, folder), lost, .. Numbers(Clusters / 2, Clusters, folder)]),
                cancellationToken,
                measuresMemory: true);
            var again = await engine.RunAsync(Script([.. Numbers(0, Clusters, folder)]), cancellationToken, measuresMemory: true);
            Show(report, alone, install, again);
        }
        finally
        {
            foreach (var cluster in fleet)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    private static IEnumerable<string> Numbers(int from, int to, TemporaryFolder folder) =>
        Enumerable.Range(from, to - from).Select(number => Path.Combine(folder.Path, $"{number}"));

    private static string Script(IEnumerable<string> kubeconfigs) =>
        $"$stacks = {string.Join(',', kubeconfigs.Select(path => $"'{path}'"))} | ForEach-Object {{ [pscustomobject]@{{ Kubeconfig = $_ "
            + $"}} }} | Install-KubePrometheus -Path '{s_manifests}' -ThrottleLimit 8 -ErrorAction SilentlyContinue -ErrorVariable "
            + "failed; @($stacks).Count; $failed.Count";

    private static void Show(Report report, ChildReply alone, ChildReply install, ChildReply again)
    {
        if (
            install.Output is not [var stacks, "1"]
            || stacks != Clusters.ToString(CultureInfo.InvariantCulture)
            || again.Output is not [var all, "0"]
            || all != stacks)
        {
            throw new BenchmarkException(
                $"The fleet gave '{string.Join(' ', install.Output)}', then '{string.Join(' ', again.Output)}' instead of {Clusters} "
                    + $"stacks with one error, then {Clusters} with none."
            );
        }

        report.Say(
            $"A fleet: {Clusters} embedded clusters in one pipeline, -ThrottleLimit 8; in the first run one more that is out of reach, "
                + $"which takes {Report.Time(alone.Milliseconds)} by itself"
        );
        report.Table(
            ["work", "time", "a cluster", "memory", "target", ""],
            [Row(report, "first install", install), Row(report, "again, unchanged", again)]);
        report.Space();
    }

    private static string[] Row(Report report, string work, ChildReply reply) =>
        [
            work,
            Report.Time(reply.Milliseconds),
            Report.Time(reply.Milliseconds / Clusters),
            Report.Size(reply.PeakBytes),
            Report.Size(MemoryTarget),
            report.Verdict(reply.PeakBytes, MemoryTarget),
        ];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
