namespace MilvusMonitoring.Benchmarks.Contenders;

/// <summary>The module's own commands for each work, and what they must answer.</summary>
internal sealed record ModuleCommands(string Kubeconfig, string Manifests, int Count)
{
    /// <summary>The script for a work.</summary>
    public string ScriptFor(StackWork work) => work switch
    {
        StackWork.Uninstall => $"(Uninstall-KubePrometheus -Kubeconfig '{Kubeconfig}' -Confirm:$false).Summary",
        // The change is another field manager's: to take it back is to take the field over.
        StackWork.RepairDrift => $"(Install-KubePrometheus -Kubeconfig '{Kubeconfig}' -Path '{Manifests}' -ForceConflicts).Summary",
        _ => $"(Install-KubePrometheus -Kubeconfig '{Kubeconfig}' -Path '{Manifests}').Summary",
    };

    /// <summary>Sees that a work was done.</summary>
    /// <exception cref="BenchmarkException">It was not.</exception>
    public void Check(StackWork work, IReadOnlyList<string> output)
    {
        var wanted = $"{Count}: " + work switch
        {
            StackWork.Install => $"{Count} Created",
            StackWork.InstallAgain => $"{Count} Unchanged",
            StackWork.RepairDrift => $"1 Configured, {Count - 1} Unchanged",
            _ => $"{Count} Deleted",
        };
        if (output is not [var summary] || summary != wanted)
        {
            throw new BenchmarkException($"{work} was to give '{wanted}' and gave '{string.Join(' ', output)}'.");
        }
    }
}
