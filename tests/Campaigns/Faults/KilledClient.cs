using System.Diagnostics;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>The client's process is killed with a request under way: before the server has done what it asks, or after.</summary>
internal sealed class KilledClient(bool afterwards, int position) : Disturbance
{
    private static readonly TimeSpan UnderWay = TimeSpan.FromSeconds(30);

    private FaultRule? _rule;

    public override string Name => $"client killed {(afterwards ? "after" : "before")}/{position}";

    public override bool HasStruck => _rule is { Taken: > 0 };

    // Nobody is left to tell one.
    public override int MostErrors => 0;

    /// <summary>What the process that is killed runs.</summary>
    public static async Task<int> RunChildAsync(string kubeconfig, string manifests)
    {
        var runner = new ModuleRunner(kubeconfig, 16, TimeProvider.System);
        var result = manifests == NoManifests
            ? await runner.UninstallAsync(CancellationToken.None).ConfigureAwait(false)
            : await runner.InstallAsync(manifests, CancellationToken.None).ConfigureAwait(false);
        return result.Succeeded ? 0 : 1;
    }

    public override async Task<RunResult> RunAsync(World world, Scenario scenario, CancellationToken cancellationToken)
    {
        var rule = _rule = world.Cluster.Faults.Add("*", "*", afterwards ? Fault.SlowBody(UnderWay) : Fault.Hang, position);
        using var child = Process.Start(OwnProgram("--child", world.Kubeconfig, scenario.Manifests(world) ?? NoManifests))!;
        try
        {
            while (rule.Taken == 0 && !child.HasExited)
            {
                await Task.Delay(1, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return new RunResult([]);
    }

    private const string NoManifests = "-";

    /// <summary>This program again: as it runs, or by dotnet where the tests run it.</summary>
    private static ProcessStartInfo OwnProgram(params string[] arguments)
    {
        var own = typeof(KilledClient).Assembly.Location;
        return Environment.ProcessPath is { } path && path == Path.ChangeExtension(own, OperatingSystem.IsWindows() ? ".exe" : null)
            ? new ProcessStartInfo(path, arguments)
            : new ProcessStartInfo("dotnet", [own, .. arguments]);
    }
}
