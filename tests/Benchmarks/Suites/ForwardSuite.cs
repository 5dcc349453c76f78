using System.Diagnostics;
using System.Globalization;
using MilvusMonitoring.Benchmarks.Forwarding;
using MilvusMonitoring.Benchmarks.Reporting;

namespace MilvusMonitoring.Benchmarks.Suites;

/// <summary>Requests through port-forwards, side by side: straight to the server, a plain relay, a bare WebSocket a connection, the module and, where a cluster can be given, kubectl.</summary>
internal sealed class ForwardSuite(BenchmarkOptions options)
{
    private const long Download = 1L << 30;
    private const int Requests = 500;
    private const int AtOnce = 100;
    private const double MedianTarget = 1;
    private const double TailTarget = 6;
    private const double BurstTarget = 30;
    private const double KubectlTarget = 1 / 1.1;

    private static readonly TimeSpan s_afterBurst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly List<Way> _ways = [];

    public async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        if (options is { Kubeconfig: { } kubeconfig, ForwardTo: { } target })
        {
            await RunAsync(report, kubeconfig, target, serverPort: null, cancellationToken);
            return;
        }

        await using var server = await ForwardProcess.StartAsync(cancellationToken, ForwardServer.Argument);
        await RunAsync(report, server.Line.Split(' ', 2)[1], new ForwardTarget("default", ForwardServer.Service, $"{ForwardServer.Port}"), server.Port, cancellationToken);
    }

    private async Task RunAsync(Report report, string kubeconfig, ForwardTarget target, int? serverPort, CancellationToken cancellationToken)
    {
        await using var module = await ForwardProcess.StartAsync(cancellationToken, ForwardWays.ModuleArgument, kubeconfig, target.Namespace, target.Service, target.Port);
        await using var bare = await ForwardProcess.StartAsync(cancellationToken, ForwardWays.BareArgument, kubeconfig, target.Namespace, target.Service, target.Port);
        await using var relay = serverPort is null ? null : await ForwardProcess.StartAsync(cancellationToken, ForwardWays.RelayArgument, $"{serverPort}");
        await using var kubectl = serverPort is not null || BenchmarkOptions.Kubectl is null ? null : await ForwardProcess.StartKubectlAsync(BenchmarkOptions.Kubectl, kubeconfig, target, cancellationToken);
        if (serverPort is { } port)
        {
            _ways.Add(new Way("straight to the server", null, port));
        }

        Add("plain TCP relay in .NET", relay);
        Add("bare WebSocket a connection", bare);
        Add("kubectl port-forward", kubectl);
        Add("module", module);
        for (var round = 0; round <= options.Repeat; round++)
        {
            foreach (var way in _ways)
            {
                await MeasureAsync(way, keep: round > 0, cancellationToken);
            }
        }

        Show(report, serverPort is not null);
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
        var burst = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => probe.GetOnceAsync(options.SmallPath, cancellationToken)));
        await Task.Delay(s_afterBurst, cancellationToken);
        var again = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => probe.GetOnceAsync(options.SmallPath, cancellationToken)));
        await Task.Delay(s_afterBurst, cancellationToken);
        var before = way.Process?.Processor;
        var single = new List<double>();
        for (var request = 0; request < Requests; request++)
        {
            single.Add((await probe.GetOnceAsync(options.SmallPath, cancellationToken)).TotalMilliseconds);
        }

        var connectionCost = (way.Process?.Processor - before)?.TotalMilliseconds / Requests;
        await Task.Delay(s_afterBurst, cancellationToken);
        var spaced = new List<double>();
        for (var request = 0; request < Requests / 10; request++)
        {
            await Task.Delay(20, cancellationToken);
            spaced.Add((await probe.GetOnceAsync(options.SmallPath, cancellationToken)).TotalMilliseconds);
        }

        var kept = await probe.GetOnOneAsync(options.SmallPath, Requests, cancellationToken);
        var processor = way.Process?.Processor;
        var clock = Stopwatch.StartNew();
        var bytes = await probe.DownloadAsync(options.LargePath, 256 << 10, TimeSpan.Zero, cancellationToken);
        var rate = bytes / clock.Elapsed.TotalSeconds / 1e6;
        var cost = (way.Process?.Processor - processor)?.TotalSeconds * (Download / (double)bytes);
        var besideSlow = await BesideSlowReaderAsync(probe, cancellationToken);
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
        way.Kept.Add(Percentile(kept, 50));
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
        var slow = probe.DownloadAsync(options.LargePath, 16 << 10, TimeSpan.FromMilliseconds(160), over.Token);
        await Task.Delay(1000, cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        double time;
        try
        {
            time = (await probe.GetOnceAsync(options.SmallPath, patience.Token)).TotalMilliseconds;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            time = double.PositiveInfinity;
        }

        await over.CancelAsync();
        await ((Task)slow).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return time;
    }

    private void Show(Report report, bool isEmbedded)
    {
        var module = _ways[^1];
        var first = _ways[0];
        var kubectl = _ways.Find(way => way.Title.StartsWith("kubectl", StringComparison.Ordinal));
        report.Say($"Port-forward {(isEmbedded ? "on the embedded cluster, with TLS and the costs of a real way to a pod for each WebSocket" : "on the cluster given")}, medians of {options.Repeat} rounds, milliseconds. New connections: {Requests} one after the other as fast as they go, and {Requests / 10} with 20 ms between; {AtOnce} at once, and the same a second later; requests on a kept connection; a request beside a reader of 100 KB/s.");
        report.Table(
            ["way", "new p50", "p99", "spaced p50", "p99", $"{AtOnce} at once", "again", "kept", "beside slow"],
            [.. _ways.Select(way => (string[])[way.Title, Ms(way.Median), Ms(way.Tail), Ms(way.Spaced), Ms(way.SpacedTail), Ms(way.Burst), Ms(way.BurstAgain), Ms(way.Kept), Ms(way.BesideSlow)])]);
        report.Space();
        report.Say($"One download of {Report.Size(Download)}");
        report.Table(
            ["way", "MB/s", "CPU s a GiB", "CPU ms a connection", "memory"],
            [.. _ways.Select(way => (string[])[way.Title, Number(way.Rate.Median, "0"), way.Process is null ? "-" : Number(way.Cost.Median, "0.0"), way.Process is null ? "-" : Number(way.ConnectionCost.Median, "0.0"), way.Process is null ? "-" : Report.Size(way.Memory.Largest)])]);
        report.Space();
        report.Say("Held against the targets, what a way adds to the first of them:");
        var rows = new List<IReadOnlyList<string>>
        {
            Row(report, "new connection, p50, added ms", module.Spaced.Median - first.Spaced.Median, MedianTarget),
            Row(report, "new connection, p99, added ms", module.SpacedTail.Median - first.SpacedTail.Median, TailTarget),
            Row(report, $"{AtOnce} at once, p50, ms", module.Burst.Median, BurstTarget),
            Row(report, $"{AtOnce} at once again, p50, ms", module.BurstAgain.Median, BurstTarget),
        };
        if (kubectl is not null)
        {
            rows.Add(Row(report, "time for the download, x kubectl", kubectl.Rate.Median / module.Rate.Median, KubectlTarget));
            rows.Add(Row(report, "CPU for the download, x kubectl", module.Cost.Median / kubectl.Cost.Median, 1));
        }

        report.Table(["figure", "module", "target", ""], rows);
        report.Space();
    }

    private static string[] Row(Report report, string figure, double value, double target) => [figure, Number(value, "0.00"), Number(target, "0.00"), report.Verdict(value, target)];

    private static string Ms(Series series) => double.IsInfinity(series.Median) ? "none in 4 s" : Number(series.Median, "0.00");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Percentile(List<double> times, int percent) => times.Order().ElementAt(Math.Min(times.Count - 1, times.Count * percent / 100));

    private sealed record Way(string Title, ForwardProcess? Process, int Port)
    {
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
