using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Tests;

public sealed class ComponentNameTests
{
    [Theory]
    [InlineData("kubeStateMetrics-service.yaml", "Service", "kube-state-metrics", "kube-state-metrics")]
    [InlineData("blackbox-exporter-clusterRole.yaml", "ClusterRole", null, "blackbox-exporter")]
    [InlineData("prometheus-clusterRole.yaml", "ClusterRole", null, "prometheus")]
    [InlineData("prometheus-operator-clusterRole.yaml", "ClusterRole", null, "prometheus-operator")]
    [InlineData("setup/0prometheusruleCustomResourceDefinition.yaml", "CustomResourceDefinition", null, "prometheus-operator")]
    [InlineData("setup/namespace.yaml", "Namespace", null, "setup")]
    [InlineData("kubernetesControlPlane-prometheusRule.yaml", "PrometheusRule", "kube-prometheus", "kubernetes-control-plane")]
    [InlineData("kubernetes-serviceMonitorKubelet.yaml", "ServiceMonitor", "kubelet", "kubelet")]
    [InlineData("kubePrometheus-prometheusRule.yaml", "PrometheusRule", "kube-prometheus", "kube-prometheus")]
    [InlineData("mine-service.yaml", "Service", null, "mine")]
    [InlineData("mine-service.yaml", "Service", "ours", "ours")]
    [InlineData("01-grafana-deployment.yaml", "Deployment", null, "grafana")]
    [InlineData("10_nodeExporter-daemonset.yaml", "DaemonSet", null, "node-exporter")]
    [InlineData("manifests/grafana/deployment.yaml", "Deployment", null, "grafana")]
    [InlineData("02-kubeStateMetrics/01-deployment.yaml", "Deployment", null, "kube-state-metrics")]
    [InlineData("grafana/prometheus-rule.yaml", "PrometheusRule", null, "prometheus")]
    [InlineData("grafana/deployment.yaml", "Deployment", "ours", "ours")]
    public void An_object_belongs_to_what_its_label_or_its_file_says(string file, string kind, string? label, string expected) =>
        Assert.Equal(expected, ComponentName.Derive(file, kind, label));

    [Theory]
    [InlineData("kube-state-metrics", "kubeStateMetrics", true)]
    [InlineData("kube-state-metrics", "KUBE-STATE-METRICS", true)]
    [InlineData("kube-state-metrics", "kube", false)]
    [InlineData("prometheus", "prometheusOperator", false)]
    [InlineData("prometheus-operator", "prometheus", false)]
    [InlineData("kubelet", "kubernetesControlPlane", true)]
    [InlineData("kubernetes-control-plane", "kubelet", false)]
    [InlineData("kubernetes-control-plane", "kubernetes", true)]
    [InlineData("mine", "Mine", true)]
    [InlineData("setup", "setup", false)]
    public void A_component_is_named_in_either_form_and_any_case(string component, string given, bool expected) =>
        Assert.Equal(expected, ComponentName.Matches(component, given));

    [Fact]
    public void Every_known_component_matches_itself() =>
        Assert.All(ComponentName.Known, component => Assert.True(ComponentName.Matches(component, component)));
}
