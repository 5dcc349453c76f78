namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>The client's process is killed with a request under way.</summary>
internal static class KilledClient
{
    /// <summary>What the process that is killed runs.</summary>
    public static async Task<int> RunChildAsync(string kubeconfig, string manifests)
    {
        var runner = new ModuleRunner(kubeconfig, 16, TimeProvider.System);
        var result = manifests == "-"
            ? await runner.UninstallAsync(CancellationToken.None).ConfigureAwait(false)
            : await runner.InstallAsync(manifests, CancellationToken.None).ConfigureAwait(false);
        return result.Succeeded ? 0 : 1;
    }
}
