using System.Diagnostics;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>A real API server and its storage, killed at random moments of installations and uninstallations, and started again.</summary>
internal sealed class KilledServer(CampaignOptions options, SmallStack stack)
{
    public const string Name = "real server killed";

    private const int Rounds = 4;
    private const int LongestDelay = 1200;

    public async Task<CampaignRow> RunAsync(CancellationToken cancellationToken)
    {
        if (KubeApiServer.Missing is { } missing || options.IsShort)
        {
            return new CampaignRow("faults", Name, 0, [], TimeSpan.Zero, KubeApiServer.Missing ?? "it takes a minute");
        }

        var clock = Stopwatch.StartNew();
        var violations = new List<Violation>();
        var server = await KubeApiServer.StartAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = server.ConfigureAwait(false);
        using var admin = new ServerAdmin(server.Kubeconfig);
        var controller = new NamespaceController(admin);
        await using var __ = controller.ConfigureAwait(false);
        var module = new ModuleRunner(server.Kubeconfig, 16, TimeProvider.System);
        var random = new Random(options.Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var problems = new List<string>();
            var install = () => module.InstallAsync(stack.ManifestsForOldServers, cancellationToken);
            await DisturbAsync(install, problems).ConfigureAwait(false);
            var stacks = await module.ReadAsync(cancellationToken).ConfigureAwait(false);
            problems.AddRange(
                stacks
                    .SelectMany(each => each.Resources)
                    .Where(resource => resource.Drift is not null)
                    .Select(resource => $"the inventory calls {resource} {resource.Drift}"));
            var third = await install().ConfigureAwait(false);
            problems.AddRange(third.Errors.Select(error => $"the third run has an error: {error.Message}"));
            if (third.Stack is not { } left || left.Unchanged != left.Resources.Count)
            {
                problems.Add("the third run changes something");
            }

            await DisturbAsync(() => module.UninstallAsync(cancellationToken), problems).ConfigureAwait(false);
            if (
                (await module.ReadAsync(cancellationToken).ConfigureAwait(false)).Count > 0
                || await admin.ExistsAsync("/api/v1/namespaces/monitoring", cancellationToken).ConfigureAwait(false))
            {
                problems.Add("something of the stack is left");
            }

            if (problems.Count > 0)
            {
                violations.Add(new Violation($"{Name}/{round}", options.Seed, string.Join("\n  ", problems)));
            }
        }

        return new CampaignRow("faults", Name, 2 * Rounds, violations, clock.Elapsed);

        // The first run meets the loss, and waits or tells of it once; the second finishes.
        async Task DisturbAsync(Func<Task<RunResult>> run, List<string> problems)
        {
            var running = run();
            await Task.Delay(random.Next(LongestDelay), cancellationToken).ConfigureAwait(false);
            await server.KillAndRestartAsync(cancellationToken).ConfigureAwait(false);
            problems.AddRange(Invariants.OfErrors(await running.ConfigureAwait(false), 1));
            problems.AddRange((await run().ConfigureAwait(false)).Errors.Select(error => $"the second run has an error: {error.Message}"));
        }
    }
}
