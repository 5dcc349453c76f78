using System.Collections.Concurrent;
using System.Diagnostics;
using MilvusMonitoring.Campaigns.Faults;

namespace MilvusMonitoring.Campaigns.Tenants;

/// <summary>
/// An administrator runs every command while a tenant, who may edit one namespace, has written there whatever could mislead a command.
/// Outside of that namespace each command writes exactly what it writes without the tenant.
/// </summary>
internal sealed class TenantCampaign(CampaignOptions options) : IDisposable
{
    public const string Name = "tenant";

    private const int Cases = 400;
    private const int ShortCases = 12;
    private const int RequestsAtOnce = 8;
    private const string Milvus = "my-release";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly SmallStack _stack = new();

    public async Task<CampaignRow> RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var expected = await PlayAsync(null, isLate: false, cancellationToken).ConfigureAwait(false);
        var violations = new ConcurrentQueue<Violation>();
        var cases = 0L;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        var seeds = Enumerable.Range(options.Seed * 1000, options.IsShort ? ShortCases : Cases);
        await Parallel
            .ForEachAsync(seeds.Where(IsWanted), parallel, async (seed, token) =>
            {
                foreach (var problem in await JudgeAsync(seed, expected, token).ConfigureAwait(false))
                {
                    violations.Enqueue(new Violation(GetCase(seed), options.Seed, problem));
                }

                Interlocked.Increment(ref cases);
            }).ConfigureAwait(false);
        return new CampaignRow(
            Name,
            Name,
            cases,
            [.. violations.OrderBy(violation => violation.Case, StringComparer.Ordinal)],
            clock.Elapsed);
    }

    public void Dispose() => _stack.Dispose();

    private static string GetCase(int seed) => $"{Name}/{seed}";

    private bool IsWanted(int seed) => options.IsWanted(GetCase(seed));

    private async Task<IReadOnlyList<string>> JudgeAsync(
        int seed,
        IReadOnlyList<PlayedCommand> expected,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var random = new Random(seed);
            var played = await PlayAsync(new Tenant(random), random.Next(2) == 0, limit.Token).ConfigureAwait(false);
            return [.. played.Zip(expected).SelectMany(pair => pair.First.ListDifferences(pair.Second))];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [$"not over after {Limit.TotalSeconds} s"];
        }
    }

    /// <summary>Plays every command once.</summary>
    /// <param name="tenant">The tenant; null for none.</param>
    /// <param name="isLate">Whether the tenant writes only when the stack is installed, and so knows what is recorded of it.</param>
    private async Task<IReadOnlyList<PlayedCommand>> PlayAsync(Tenant? tenant, bool isLate, CancellationToken cancellationToken)
    {
        var world = await World.StartAsync(_stack, RequestsAtOnce, cancellationToken).ConfigureAwait(false);
        await using var _ = world.ConfigureAwait(false);
        Tenant.PutNamespace(world.Cluster);
        if (!isLate)
        {
            tenant?.Write(world.Cluster);
        }

        var module = world.Module;
        List<PlayedCommand> played =
        [
            await RunAsync("install", token => module.InstallAsync(_stack.Manifests, token)).ConfigureAwait(false),
        ];

        // The operator makes a Service for the kubelets on its own time.
        await world
            .Cluster.WaitForAsync(cluster => cluster.Find("v1", "Endpoints", "kube-system", "kubelet") is not null, cancellationToken)
            .ConfigureAwait(false);
        tenant?.Write(world.Cluster);
        played.AddRange(
            [
                await RunAsync("re-install", token => module.InstallAsync(_stack.Manifests, token)).ConfigureAwait(false),
                await RunAsync("grant", token => module.AccessAsync(AccessMethod.ClusterRole, revoke: false, token)).ConfigureAwait(false),
                await RunAsync("bind", token => module.AccessAsync(AccessMethod.Binding, revoke: false, token)).ConfigureAwait(false),
                await RunAsync("enable", token => module.EnableAsync(Milvus, token)).ConfigureAwait(false),
                await RunAsync("upgrade", token => module.InstallAsync(_stack.NextManifests, token)).ConfigureAwait(false),
                await RunAsync("disable", token => module.DisableAsync(Milvus, token)).ConfigureAwait(false),
                await RunAsync("revoke", token => module.AccessAsync(AccessMethod.ClusterRole, revoke: true, token)).ConfigureAwait(false),
                await RunAsync("unbind", token => module.AccessAsync(AccessMethod.Binding, revoke: true, token)).ConfigureAwait(false),
                await RunAsync("uninstall", module.UninstallAsync).ConfigureAwait(false),
            ]);
        return played;

        async Task<PlayedCommand> RunAsync(string name, Func<CancellationToken, Task<RunResult>> run)
        {
            world.Cluster.Requests.Clear();
            var result = await run(cancellationToken).ConfigureAwait(false);
            return PlayedCommand.Create(name, result, world.Cluster.Requests.Writes);
        }
    }
}
