using System.Text.Json;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class NetworkPolicyRuleTests
{
    private static readonly PolicyPeer Milvus = new(
        "db",
        new Dictionary<string, string> { ["app"] = "milvus" },
        new Dictionary<string, string>());
    private static readonly PolicyPeer Prometheus = new(
        "monitoring",
        new Dictionary<string, string> { ["app"] = "prometheus" },
        new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = "monitoring" });

    [Theory]
    [InlineData("""{"podSelector":{"matchLabels":{"app":"etcd"}}}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"]}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{}}""", CheckStatus.Warning)]
    [InlineData("""{"podSelector":{},"ingress":[{}]}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{},"ingress":[{"ports":[{"port":9091}]}]}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{},"ingress":[{"ports":[{"port":9000,"endPort":9100}]}]}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{},"ingress":[{"ports":[{"port":"metrics","protocol":"TCP"}]}]}""", CheckStatus.Passed)]
    [InlineData("""{"podSelector":{},"ingress":[{"ports":[{"port":9091,"protocol":"UDP"}]}]}""", CheckStatus.Warning)]
    [InlineData("""{"podSelector":{},"ingress":[{"ports":[{"port":19530}]}]}""", CheckStatus.Warning)]
    [InlineData("""{"podSelector":{},"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"prometheus"}}}]}]}""", CheckStatus.Warning)]
    [InlineData("""{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{}}]}]}""", CheckStatus.Passed)]
    [InlineData(
        """{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"app":"grafana"}}}]}]}""",
        CheckStatus.Warning
    )]
    [InlineData("""{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}]}""", CheckStatus.Passed)]
    public void Policies_are_read_as_Kubernetes_defines_them(string spec, CheckStatus expected)
    {
        using var policy = JsonDocument.Parse($$"""{"metadata":{"name":"p"},"spec":{{spec}}}""");
        Assert.Equal(expected, NetworkPolicyRule.Evaluate([policy.RootElement], Milvus, ("metrics", 9091), Prometheus).Status);
    }

    [Fact]
    public void One_policy_that_lets_in_is_enough()
    {
        using var deny = JsonDocument.Parse("""{"metadata":{"name":"deny"},"spec":{"podSelector":{}}}""");
        using var allow = JsonDocument.Parse("""{"metadata":{"name":"allow"},"spec":{"podSelector":{},"ingress":[{}]}}""");
        Assert.Equal(
            CheckStatus.Passed,
            NetworkPolicyRule.Evaluate([deny.RootElement, allow.RootElement], Milvus, ("metrics", 9091), Prometheus).Status);
    }
}
