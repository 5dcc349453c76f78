using MilvusMonitoring.Tests.Verification;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>From <c>Enable-MilvusAlertRule</c> through the operator's rule files to real Prometheus servers, and back.</summary>
public sealed class AlertRulesOnClusterTests
{
    [Fact]
    public async Task Rules_are_loaded_by_every_replica_shown_with_what_they_lack_and_gone_after_all()
    {
        await using var proof = await ProofStage.StartAsync(servers: 2);
        await proof.PassesAsync();
        var before = Rules(await proof.TestAsync());
        Assert.Equal(CheckStatus.Warning, before.Status);
        Assert.StartsWith("Enable-MilvusAlertRule my-release -Namespace default", before.Remedy, StringComparison.Ordinal);

        (await proof.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        Assert.DoesNotContain(await proof.TestAsync("-Wait -Timeout 90s"), check => check.Status == CheckStatus.Failed);

        var after = Rules(await proof.TestAsync());
        Assert.Equal(CheckStatus.Warning, after.Status);
        Assert.Contains("27 alert rules loaded and evaluated on 2 replicas; cannot fire: ", after.Detail, StringComparison.Ordinal);
        var shown = (await proof.RunAsync("Get-MilvusInstance -Kubeconfig $c | Get-MilvusAlertRule"))
            .EnsureNoError()
            .OutputOf<MilvusAlertRule>()
            .ToDictionary(rule => rule.Name);
        Assert.Equal(27, shown.Count);
        Assert.Equal((true, true, AlertRuleState.Inactive), Describe(shown["MilvusNoProxy"]));
        Assert.Equal(["pod prometheus-k8s-0", "pod prometheus-k8s-1"], shown["MilvusNoProxy"].Replicas.Select(replica => replica.Name));
        Assert.All(shown["MilvusNoProxy"].Replicas, replica => Assert.NotNull(replica.LastEvaluation));
        Assert.Equal((false, true, AlertRuleState.Inactive), Describe(shown["MilvusRestarts"]));
        Assert.Equal(
            "kube-state-metrics is not installed or not scraped: kube_pod_container_status_restarts_total has no series",
            shown["MilvusRestarts"].Why);
        Assert.Equal("no series of milvus_proxy_sq_latency_bucket yet: it appears with the first search or query", shown["MilvusSearchSlow"].Why);

        (await proof.RunAsync("Disable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        while ((await proof.RunAsync("Get-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError().Output.Count > 0)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static (bool? CanFire, bool? IsHealthy, AlertRuleState? State) Describe(MilvusAlertRule rule) =>
        (rule.CanFire, rule.IsHealthy, rule.State);

    private static MonitoringCheck Rules(IReadOnlyList<MonitoringCheck> checks) => checks.Single(check => check.Check == "Rules");
}
