using System.Net;
using System.Net.Sockets;
using EmbeddedCluster;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Campaigns.Faults.Forwarding;

/// <summary>A port-forward that is started, used by several at once while something goes wrong, used again, and stopped.</summary>
/// <param name="Name">As it is told.</param>
/// <param name="Spoil">Makes something go wrong; gives back whether it has happened.</param>
/// <param name="MayBreak">Whether connections that are open may break; none may ever end as if all had come.</param>
/// <param name="MayFail">Whether the start may end with an error.</param>
internal sealed record ForwardCase(string Name, Func<Cluster, FaultRule> Spoil, bool MayBreak, bool MayFail)
{
    private const int Transfers = 4;
    private const int Most = 160_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <returns>What did not hold, and whether anything has gone wrong at all.</returns>
    public async Task<(IReadOnlyList<string> Problems, bool HasStruck)> RunAsync(
        bool restarts,
        int seed,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var world = await ForwardWorld.StartAsync(limit.Token).ConfigureAwait(false);
            await using var _ = world.ConfigureAwait(false);
            return await JudgeAsync(world, restarts, new Random(seed), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([$"not over after {Limit.TotalSeconds} s"], true);
        }
    }

    private async Task<(IReadOnlyList<string> Problems, bool HasStruck)> JudgeAsync(
        ForwardWorld world,
        bool restarts,
        Random random,
        CancellationToken cancellationToken)
    {
        var rule = Spoil(world.Cluster);
        PortForwarder worker;
        int port;
        try
        {
            (worker, port) = await world.StartForwardAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            return (MayFail ? [] : [$"it did not start: {exception.Message}"], true);
        }

        var problems = new List<string>();
        await using (worker.ConfigureAwait(false))
        {
            var transfers = Enumerable
                .Range(0, Transfers)
                .Select(_ => Peer.TransferAsync(port, random.Next(Most), random.Next(Most), cancellationToken))
                .ToList();
            if (restarts)
            {
                await Task.Delay(random.Next(10), cancellationToken).ConfigureAwait(false);
                await world.Cluster.RestartAsync(cancellationToken).ConfigureAwait(false);
            }

            var ends = await Task.WhenAll(transfers).ConfigureAwait(false);
            problems.AddRange(
                ends.Where(end => end is TransferEnd.CutShort or TransferEnd.Garbled || (end == TransferEnd.Broken && !MayBreak))
                    .Select(end => $"a transfer was {end}"));
            world.Cluster.Faults.Clear();
            await UntilWellAsync(port, problems, cancellationToken).ConfigureAwait(false);
        }

        await UntilNothingIsOpenAsync(world.Cluster, problems, cancellationToken).ConfigureAwait(false);
        if (!IsFree(port))
        {
            problems.Add($"port {port} is still taken");
        }

        return (problems, rule.Taken > 0 || restarts);
    }

    /// <summary>Connections opened ahead may have been spoilt, too: a few may break, then all is well again.</summary>
    private async Task UntilWellAsync(int port, List<string> problems, CancellationToken cancellationToken)
    {
        const int Tries = 8;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var end = await Peer.TransferAsync(port, 1000, 100_000, cancellationToken).ConfigureAwait(false);
            if (end == TransferEnd.Complete)
            {
                return;
            }

            if (end != TransferEnd.Broken || !MayBreak)
            {
                problems.Add($"a transfer afterwards was {end}");
            }
        }

        problems.Add($"{Tries} transfers afterwards did not complete");
    }

    private static async Task UntilNothingIsOpenAsync(Cluster cluster, List<string> problems, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (cluster.PortForwards is { OpenSockets: 0, OpenStreams: 0 })
            {
                return;
            }

            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }

        problems.Add(
            $"{cluster.PortForwards.OpenSockets} WebSockets and {cluster.PortForwards.OpenStreams} connections to pods are still open");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
