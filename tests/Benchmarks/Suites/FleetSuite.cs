using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmbeddedCluster;
using MilvusMonitoring.Benchmarks.Children;
using MilvusMonitoring.Benchmarks.Reporting;
using MilvusMonitoring.Benchmarks.Servers;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>A hundred clusters in one pipeline and side by side; three more are dead, slow, and closed to the caller.</summary>
internal sealed class FleetSuite
{
    private const int Clusters = 100;
    private const int SideBySide = 16;
    private const double MemoryTarget = 150 << 20;
    private const double HoldUpTarget = 1.3;

    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(300);
    private static readonly string s_manifests = Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests");

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var fleet = new List<Cluster>();
        try
        {
            for (var number = 0; number < Clusters; number++)
            {
                fleet.Add(await StartAsync($"{number}", new ClusterOptions { Controllers = false }, folder, cancellationToken));
            }

            fleet.Add(await StartAsync("far", new ClusterOptions { Controllers = false }, folder, cancellationToken));
            await using var relay = new DelayingRelay(fleet[^1].Server, s_slow);
            fleet.Add(await StartAsync("closed", new ClusterOptions { Controllers = false, Rbac = true }, folder, cancellationToken));
            var (dead, slow, closed) = (Path.Combine(folder.Path, "dead"), Path.Combine(folder.Path, "slow"), Path.Combine(folder.Path, "closed"));
            await File.WriteAllTextAsync(dead, Redirect(fleet[0], FreePort()), cancellationToken);
            await File.WriteAllTextAsync(slow, Redirect(fleet[Clusters], relay.Port), cancellationToken);
            await File.WriteAllTextAsync(closed, fleet[^1].CreateKubeconfig("visitor"), cancellationToken);
            string[] good = [.. Enumerable.Range(0, Clusters).Select(number => Path.Combine(folder.Path, $"{number}"))];
            string[] odd = [dead, slow, closed];
            await MeasureAsync(report, good, odd, cancellationToken);
        }
        finally
        {
            foreach (var cluster in fleet)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    private static async Task MeasureAsync(Report report, string[] good, string[] odd, CancellationToken cancellationToken)
    {
        await using var engine = await EngineProcess.StartAsync(cancellationToken);
        await engine.RunAsync(WritePipeline(good[..1]), cancellationToken);
        string[] mixed = [.. good[..(Clusters / 2)], .. odd, .. good[(Clusters / 2)..]];
        var install = await engine.RunAsync(WritePipeline(mixed), cancellationToken, measuresMemory: true);
        Check(install, stacks: Clusters + 1, errors: 2);
        var again = await engine.RunAsync(WritePipeline(good), cancellationToken, measuresMemory: true);
        Check(again, Clusters, 0);
        var alone = await engine.RunAsync(WritePipeline(odd), cancellationToken);
        Check(alone, 1, 2);
        var beside = await engine.RunAsync(WritePipeline(mixed), cancellationToken);
        Check(beside, Clusters + 1, 2);

        await engine.RunAsync(WriteParallel(good), cancellationToken);
        var parallel = await engine.RunAsync(WriteParallel(good), cancellationToken, measuresMemory: true);
        var parallelMixed = await engine.RunAsync(WriteParallel(mixed), cancellationToken, measuresMemory: true);
        var (best, last) = (FindLast(parallel, good, []), FindLast(parallelMixed, good, odd));
        report.Say(
            $"A fleet: {Clusters} embedded clusters, and three more: one dead, one {s_slow.TotalMilliseconds:0} ms away, one closed to the "
                + $"caller. The three take {Report.Time(alone.Milliseconds)} by themselves; the report names each of them");
        report.Table(
            ["work", "time", "a cluster", "held up", "target", "", "memory", "target", ""],
            [
                Row(report, "one pipeline, first install, with the three", install.Milliseconds, null, install),
                Row(report, "one pipeline, unchanged", again.Milliseconds, null, again),
                Row(
                    report,
                    "one pipeline, unchanged, with the three",
                    beside.Milliseconds,
                    Math.Max(0, beside.Milliseconds - alone.Milliseconds) / again.Milliseconds,
                    again),
                Row(report, $"{SideBySide} at once, unchanged", best, null, parallel),
                Row(report, $"{SideBySide} at once, unchanged, with the three", last, last / best, parallelMixed),
            ]);
        report.Say(
            "Held up: how much later the last of the hundred was done than without the three; in one pipeline, but for the time of the three.");
        report.Space();
    }

    private static async Task<Cluster> StartAsync(
        string name, ClusterOptions options, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var cluster = await Cluster.StartAsync(options, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, name), cluster.CreateKubeconfig(), cancellationToken);
        return cluster;
    }

    private static string Redirect(Cluster cluster, int port) =>
        cluster.CreateKubeconfig().Replace($":{cluster.Server.Port}", $":{port}", StringComparison.Ordinal);

    private static string WritePipeline(IEnumerable<string> kubeconfigs) =>
        $"$stacks = {Quote(kubeconfigs)} | ForEach-Object {{ [pscustomobject]@{{ Kubeconfig = $_ "
            + $"}} }} | Install-KubePrometheus -Path '{s_manifests}' -ThrottleLimit 8 -ErrorAction SilentlyContinue -ErrorVariable "
            + "failed; @($stacks).Count; $failed.Count";

    /// <summary>Writes a script that writes a line for each cluster: when it was done, how, and which it is.</summary>
    private static string WriteParallel(IEnumerable<string> kubeconfigs) => $$"""
        $start = [Environment]::TickCount64
        {{Quote(kubeconfigs)}} | ForEach-Object -ThrottleLimit {{SideBySide}} -Parallel {
            Import-Module '{{BuiltTree.Module}}'
            $cluster = $_
            $state = 'done'
            try { $null = Install-KubePrometheus -Kubeconfig $cluster -Path '{{s_manifests}}' -ErrorAction Stop }
            catch { $state = 'failed' }
            "$([Environment]::TickCount64 - $using:start) $state $cluster"
        }
        """;

    private static string Quote(IEnumerable<string> texts) => string.Join(',', texts.Select(text => $"'{text}'"));

    private static void Check(ChildReply reply, int stacks, int errors)
    {
        if (reply.Output is not [var count, var failed] || count != Text(stacks) || failed != Text(errors))
        {
            throw new BenchmarkException($"The fleet gave '{string.Join(' ', reply.Output)}' instead of {stacks} stacks and {errors} errors.");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds when the last of the good clusters was done, and sees that every other one is named.</summary>
    private static double FindLast(ChildReply reply, string[] good, string[] odd)
    {
        var rows = reply.Output.Select(line => line.Split(' ', 3)).ToDictionary(row => row[2], row => (Time: row[0], State: row[1]));
        var failed = rows.Where(row => row.Value.State == "failed").Select(row => Path.GetFileName(row.Key)).Order().ToList();
        string[] wanted = odd.Length == 0 ? [] : ["closed", "dead"];
        return rows.Count == good.Length + odd.Length && failed.SequenceEqual(wanted)
            ? good.Max(cluster => double.Parse(rows[cluster].Time, CultureInfo.InvariantCulture))
            : throw new BenchmarkException($"{rows.Count} clusters were named, and failed were: {string.Join(' ', failed)}.");
    }

    private static string[] Row(Report report, string work, double milliseconds, double? holdUp, ChildReply reply) =>
        [
            work,
            Report.Time(milliseconds),
            Report.Time(milliseconds / Clusters),
            holdUp is { } ratio ? Report.Ratio(ratio) : string.Empty,
            holdUp is null ? string.Empty : Report.Ratio(HoldUpTarget),
            holdUp is { } judged ? report.Verdict(judged, HoldUpTarget) : string.Empty,
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
