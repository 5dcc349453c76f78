using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary>Where and by which labels the Prometheus of other tools selects rules.</summary>
public sealed class RulePlaceTests
{
    [Theory]
    [InlineData("kps", "release=kps")]
    [InlineData("openshift", "openshift.io/prometheus-rule-evaluation-scope=leaf-prometheus")]
    public async Task The_labels_by_which_a_stack_selects_rules_are_set(string kind, string label)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutAsync(stage, kind, "helm");
        await stage.PutAsync(new global::EmbeddedCluster.SampleMilvus());

        var result = (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();

        var rule = stage.Cluster.Find("monitoring.coreos.com/v1", "PrometheusRule", "default", "milvus-my-release")!;
        Assert.Contains(label, rule["metadata"]!["labels"]!.AsObject().Select(item => $"{item.Key}={item.Value}"));
        Assert.Empty(result.Warnings);
    }
}
