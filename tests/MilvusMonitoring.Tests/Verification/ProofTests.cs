namespace MilvusMonitoring.Tests.Verification;

/// <summary>The chain with a real Prometheus, asked through the API server.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task Everything_passes_on_both_replicas_and_nothing_is_written()
    {
        await using var proof = await ProofStage.StartAsync(servers: 2);
        proof.Cluster.Requests.Clear();
        await proof.PassesAsync();
        var checks = await proof.TestAsync();
        Assert.Equal(MilvusMonitoring.Verification.CheckTable.Ids, checks.Select(check => check.Check));
        Assert.Contains("on 2 replicas", checks.Single(check => check.Check == "Samples").Detail, StringComparison.Ordinal);
        Assert.Contains("'prometheus' answers", checks.Single(check => check.Check == "Grafana").Detail, StringComparison.Ordinal);
        Assert.Empty(proof.Cluster.Requests.Writes);
        Assert.Contains(proof.Cluster.Requests.All, request => request.Path.Contains("/portforward?", StringComparison.Ordinal));
    }
}
