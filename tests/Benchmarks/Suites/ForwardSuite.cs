using System.Diagnostics;
using System.Globalization;
using MilvusMonitoring.Benchmarks.Forwarding;
using MilvusMonitoring.Benchmarks.Reporting;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>
/// Requests through port-forwards, side by side: straight to the server, a plain relay, a bare WebSocket a connection, the module and,
/// where a cluster can be given, kubectl.
/// </summary>
internal sealed class ForwardSuite(ForwardSite site, int rounds)
{
    private const long Download = 1L << 30;
    private const int Requests = 500;
    private const int AtOnce = 100;
    private const double MedianTarget = 1;
    private const double TailTarget = 6;
    private const double BurstTarget = 30;
    private const double SlowTarget = 250;
    private const string KubectlTitle = "kubectl port-forward";
    private const double KubectlTarget = 1 / 1.1;

    private static readonly TimeSpan s_afterBurst = TimeSpan.FromSeconds(1);

    /// <summary>Longer than the module keeps connections open for a demand that was.</summary>
    private static readonly TimeSpan s_untilCold = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly List<Way> _ways = [];

    /// <summary>Runs on the cluster given; else on the embedded one, and on a real node where one can be started.</summary>
    public static async Task RunAsync(BenchmarkOptions options, Report report, CancellationToken cancellationToken)
    {
        if (options is { Kubeconfig: { } kubeconfig, ForwardTo: { } target })
        {
            var given = new ForwardSite("the cluster given", kubeconfig, target, options.SmallPath, options.LargePath);
            await new ForwardSuite(given, options.Repeat).RunAsync(report, cancellationToken);
            return;
        }

        await RunOnEmbeddedAsync(options.Repeat, report, cancellationToken);
        var noKubectl = BenchmarkOptions.Kubectl is null ? "Neither KUBECTL nor PATH leads to a kubectl." : null;
        if ((KubernetesProgram.Node.Missing ?? noKubectl) is { } missing)
        {
            report.Skip("forward on a real node", missing);
            return;
        }

        await using var node = await KubeApiServer.StartAsync(KubernetesProgram.Node, cancellationToken);
        await using var pod = await WebPod.StartAsync(node.Kubeconfig, cancellationToken);
        var site = new ForwardSite("a real node", node.Kubeconfig, WebPod.Target, WebPod.SmallPath, WebPod.LargePath);
        await new ForwardSuite(site, options.Repeat).RunAsync(report, cancellationToken);
    }

    private static async Task RunOnEmbeddedAsync(int rounds, Report report, CancellationToken cancellationToken)
    {
        await using var server = await ForwardProcess.StartAsync(cancellationToken, ForwardServer.Argument);
        var target = new ForwardTarget("default", ForwardServer.Service, $"{ForwardServer.Port}");
        const string title = "the embedded cluster, with TLS and the costs of a real way to a pod for each WebSocket";
        var kubeconfig = server.Line.Split(' ', 2)[1];
        var site = new ForwardSite(title, kubeconfig, target, ForwardServer.SmallPath, ForwardServer.LargePath + (1L << 30))
        {
            ServerPort = server.Port,
        };
        await new ForwardSuite(site, rounds).RunAsync(report, cancellationToken);
    }

    private async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        string[] arguments = [site.Kubeconfig, site.Target.Namespace, site.Target.Service, site.Target.Port];
        await using var module = await ForwardProcess.StartAsync(cancellationToken, [ForwardWays.ModuleArgument, .. arguments]);
        await using var bare = await ForwardProcess.StartAsync(cancellationToken, [ForwardWays.BareArgument, .. arguments]);
        await using var relay = site.ServerPort is { } server
            ? await ForwardProcess.StartAsync(cancellationToken, ForwardWays.RelayArgument, $"{server}")
            : null;
        await using var kubectl = site.ServerPort is null && BenchmarkOptions.Kubectl is { } program
            ? await ForwardProcess.StartKubectlAsync(program, site.Kubeconfig, site.Target, cancellationToken)
            : null;
        if (site.ServerPort is { } port)
        {
            _ways.Add(new Way("straight to the server", null, port));
        }

        Add("plain TCP relay in .NET", relay);
        Add("bare WebSocket a connection", bare);
        Add(KubectlTitle, kubectl);
        Add("module", module);
        for (var round = 0; round <= rounds; round++)
        {
            Console.Error.WriteLine($"  round {round} of {rounds}");
            foreach (var way in _ways)
            {
                await MeasureAsync(way, keep: round > 0, cancellationToken);
            }
        }

        Show(report);
    }

    private void Add(string title, ForwardProcess? process)
    {
        if (process is not null)
        {
            _ways.Add(new Way(title, process, process.Port));
        }
    }

    private async Task MeasureAsync(Way way, bool keep, CancellationToken cancellationToken)
    {
        var probe = new HttpProbe(way.Port);
        if (way.LastUse is { } last && s_untilCold - Stopwatch.GetElapsedTime(last) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken);
        }

        var burst = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => probe.GetOnceAsync(site.SmallPath, cancellationToken)));
        await Task.Delay(s_afterBurst, cancellationToken);
        var again = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => probe.GetOnceAsync(site.SmallPath, cancellationToken)));
        await Task.Delay(s_afterBurst, cancellationToken);
        var before = way.Process?.Processor;
        var single = new List<double>();
        for (var request = 0; request < Requests; request++)
        {
            single.Add((await probe.GetOnceAsync(site.SmallPath, cancellationToken)).TotalMilliseconds);
        }

        var connectionCost = (way.Process?.Processor - before)?.TotalMilliseconds / Requests;
        await Task.Delay(s_afterBurst, cancellationToken);
        var spaced = new List<double>();
        for (var request = 0; request < Requests / 10; request++)
        {
            await Task.Delay(20, cancellationToken);
            spaced.Add((await probe.GetOnceAsync(site.SmallPath, cancellationToken)).TotalMilliseconds);
        }

        var kept = await probe.GetOnOneAsync(site.SmallPath, Requests, cancellationToken);
        var processor = way.Process?.Processor;
        var clock = Stopwatch.StartNew();
        var bytes = await probe.DownloadAsync(site.LargePath, 256 << 10, TimeSpan.Zero, cancellationToken);
        var rate = bytes / clock.Elapsed.TotalSeconds / 1e6;
        var cost = (way.Process?.Processor - processor)?.TotalSeconds * (Download / (double)bytes);
        var besideSlow = await BesideSlowReaderAsync(probe, cancellationToken);
        way.LastUse = Stopwatch.GetTimestamp();
        if (!keep)
        {
            return;
        }

        way.Burst.Add(Percentile([.. burst.Select(time => time.TotalMilliseconds)], 50));
        way.BurstAgain.Add(Percentile([.. again.Select(time => time.TotalMilliseconds)], 50));
        way.Median.Add(Percentile(single, 50));
        way.Tail.Add(Percentile(single, 99));
        way.Spaced.Add(Percentile(spaced, 50));
        way.SpacedTail.Add(Percentile(spaced, 99));
        way.Kept.Add(kept.Count == 0 ? double.NaN : Percentile(kept, 50));
        way.Rate.Add(rate);
        way.Cost.Add(cost ?? 0);
        way.ConnectionCost.Add(connectionCost ?? 0);
        way.BesideSlow.Add(besideSlow);
        way.Memory.Add(way.Process?.Memory ?? 0);
    }

    /// <summary>A small request while another connection reads a large answer at 100 KB/s.</summary>
    private async Task<double> BesideSlowReaderAsync(HttpProbe probe, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slow = probe.DownloadAsync(site.LargePath, 16 << 10, TimeSpan.FromMilliseconds(160), over.Token);
        await Task.Delay(1000, cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        double time;
        try
        {
            time = (await probe.GetOnceAsync(site.SmallPath, patience.Token)).TotalMilliseconds;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            time = double.PositiveInfinity;
        }

        await over.CancelAsync();
        await ((Task)slow).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return time;
    }

    private void Show(Report report)
    {
        var module = _ways[^1];
        var first = _ways[0];
        var kubectl = _ways.Find(way => way.Title == KubectlTitle);
        report.Say(
            $"Port-forward on {site.Title}, medians of {rounds} rounds, milliseconds. New connections: {Requests} one after the other "
                + $"as fast as they go, and {Requests / 10} with 20 ms between; {AtOnce} at once, and the same a second later; requests "
                + "on a kept connection; a request beside a reader of 100 KB/s."
        );
        report.Table(
            ["way", "new p50", "p99", "spaced p50", "p99", $"{AtOnce} at once", "again", "kept", "beside slow"],
            [
                .. _ways.Select(way =>
                    (string[])
                        [
                            way.Title,
                            Ms(way.Median),
                            Ms(way.Tail),
                            Ms(way.Spaced),
                            Ms(way.SpacedTail),
                            Ms(way.Burst),
                            Ms(way.BurstAgain),
                            Ms(way.Kept),
                            Ms(way.BesideSlow),
                        ]),
            ]);
        report.Space();
        report.Say("One download; CPU is that of the forwarding process");
        report.Table(
            ["way", "MB/s", "CPU s a GiB", "CPU ms a connection", "memory"],
            [
                .. _ways.Select(way =>
                    (string[])
                        [
                            way.Title,
                            Number(way.Rate.Median, "0"),
                            way.Process is null ? "-" : Number(way.Cost.Median, "0.0"),
                            way.Process is null ? "-" : Number(way.ConnectionCost.Median, "0.0"),
                            way.Process is null ? "-" : Report.Size(way.Memory.Largest),
                        ]),
            ]);
        report.Space();
        var measure = kubectl is null ? "what a way adds to the first of them" : "beside kubectl in the same rounds";
        report.Say($"Held against the targets, {measure}:");
        IReadOnlyList<IReadOnlyList<string>> rows = kubectl is null
            ?
            [
                Row(report, "new connection, p50, added ms", module.Spaced.Median - first.Spaced.Median, MedianTarget),
                Row(report, "new connection, p99, added ms", module.SpacedTail.Median - first.SpacedTail.Median, TailTarget),
                Row(report, $"{AtOnce} at once, p50, ms", module.Burst.Median, BurstTarget),
                Row(report, $"{AtOnce} at once again, p50, ms", module.BurstAgain.Median, BurstTarget),
            ]
            :
            [
                Row(report, "new connection, p50, ms more than kubectl", module.Spaced.Median - kubectl.Spaced.Median, MedianTarget),
                Row(report, $"{AtOnce} at once, p50, x kubectl", module.Burst.Median / kubectl.Burst.Median, 1),
                Row(report, $"{AtOnce} at once again, p50, x kubectl", module.BurstAgain.Median / kubectl.BurstAgain.Median, 1),
                Row(report, "time for the download, x kubectl", kubectl.Rate.Median / module.Rate.Median, KubectlTarget),
                Row(report, "CPU for the download, x kubectl", module.Cost.Median / kubectl.Cost.Median, 1),
                Row(report, "a request beside a slow reader, ms", module.BesideSlow.Median, SlowTarget),
            ];

        report.Table(["figure", "module", "target", ""], rows);
        report.Space();
    }

    private static string[] Row(Report report, string figure, double value, double target) =>
        [figure, Number(value, "0.00"), Number(target, "0.00"), report.Verdict(value, target)];

    private static string Ms(Series series) =>
        double.IsInfinity(series.Median) ? "none in 4 s"
        : double.IsNaN(series.Median) ? "-"
        : Number(series.Median, "0.00");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Percentile(List<double> times, int percent) =>
        times.Order().ElementAt(Math.Min(times.Count - 1, times.Count * percent / 100));

    private sealed record Way(string Title, ForwardProcess? Process, int Port)
    {
        public long? LastUse { get; set; }

        public Series Median { get; } = new();

        public Series Tail { get; } = new();

        public Series Spaced { get; } = new();

        public Series SpacedTail { get; } = new();

        public Series Burst { get; } = new();

        public Series BurstAgain { get; } = new();

        public Series Kept { get; } = new();

        public Series Rate { get; } = new();

        public Series Cost { get; } = new();

        public Series ConnectionCost { get; } = new();

        public Series BesideSlow { get; } = new();

        public Series Memory { get; } = new();
    }
}
