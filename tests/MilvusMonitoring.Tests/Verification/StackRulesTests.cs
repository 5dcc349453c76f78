using System.Text.Json;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class StackRulesTests
{
    private static readonly ResourceId Operator = new("apps", "Deployment", "monitoring", "prometheus-operator");

    [Theory]
    [InlineData(36, CheckStatus.Passed)]
    [InlineData(37, CheckStatus.Warning)]
    [InlineData(20, CheckStatus.Warning)]
    public void A_Kubernetes_that_the_release_is_not_tested_against_is_a_warning(int minor, CheckStatus expected)
    {
        var version = new ServerVersion(new KubernetesVersion(1, minor), $"v1.{minor}.0");
        Assert.Equal(expected, ApiServerRule.Evaluate("https://server", version, ReleaseCatalog.Get("0.18.0")).Status);
        Assert.Equal(CheckStatus.Passed, ApiServerRule.Evaluate("https://server", version, null).Status);
    }

    [Fact]
    public void A_definition_whose_names_are_refused_says_why()
    {
        var finding = CrdRule.Evaluate(
            [("a.b", new CrdState(true, null)), ("c.d", new CrdState(false, "conflicts with others"))],
            "Install");
        Assert.Equal((CheckStatus.Failed, "c.d: conflicts with others"), (finding.Status, finding.Detail));
        Assert.Equal("Install", CrdRule.Evaluate([("a.b", null)], "Install").Remedy);
    }

    [Fact]
    public void A_workload_whose_pod_says_what_it_lacks_is_not_to_be_installed_again()
    {
        using var live = JsonDocument.Parse("""{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1}}""");
        Assert.Equal("Install", WorkloadRule.Evaluate(Operator, live.RootElement, null, "Install").Remedy);
        var pulling = WorkloadRule.Evaluate(Operator, live.RootElement, "pod x: container y ErrImagePull", "Install");
        Assert.Contains("ErrImagePull", pulling.Detail, StringComparison.Ordinal);
        Assert.StartsWith("# ", pulling.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_Prometheus_resources_one_that_is_ready_is_enough_to_go_on()
    {
        (ResourceId, ReadyState) ready = (new(ResourceType.Prometheus.Group, "Prometheus", "a", "k8s"), ReadyState.Ready);
        (ResourceId, ReadyState) waiting = (new(ResourceType.Prometheus.Group, "Prometheus", "b", "k8s"), ReadyState.NotYet("1 of 2"));
        var mixed = PrometheusRule.Evaluate([ready, waiting], id => $"Restore {id}");

        Assert.Equal((CheckStatus.Warning, "Prometheus/b/k8s", "Restore Prometheus/b/k8s"), (mixed.Status, mixed.Target, mixed.Remedy));
        Assert.Equal(CheckStatus.Passed, PrometheusRule.Evaluate([ready], _ => "Restore").Status);
        Assert.Equal(CheckStatus.Failed, PrometheusRule.Evaluate([waiting], _ => "Restore").Status);
    }

    [Fact]
    public void A_Prometheus_is_to_be_installed_only_where_there_is_none()
    {
        var none = PrometheusRule.DescribeMissing("t", null, [], "Install");
        Assert.Equal(
            (CheckStatus.Failed, "there is no Prometheus resource", "Install", null),
            (none.Status, none.Detail, none.Remedy, none.ErrorId));
        var others = PrometheusRule.DescribeMissing("t", "nope", ["Prometheus/monitoring/k8s"], "Install");
        Assert.Equal(
            (
                CheckStatus.Failed,
                "there is no Prometheus resource named 'nope', while there are: Prometheus/monitoring/k8s",
                ErrorId.ObjectNotFound),
            (others.Status, others.Detail, others.ErrorId));
        Assert.Contains("-PrometheusName", others.Remedy, StringComparison.Ordinal);
    }
}
