using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary><c>Get-MonitoringStack</c> on what other tools make, and on what this module makes.</summary>
public sealed class MonitoringStackTests
{
    [Fact]
    public async Task An_empty_cluster_has_none_and_an_installed_stack_is_ours()
    {
        await using var stage = await Stage.StartAsync();
        Assert.Empty(await GetAsync(stage));
        await stage.InstalledAsync();

        stage.ForgetWrites();
        var stack = Assert.Single(await GetAsync(stage));

        Assert.Equal(
            (MonitoringStackKind.KubePrometheus, "prometheus-operator", "monitoring", "milvus-monitoring", true),
            (stack.Kind, stack.Name, stack.Namespace, stack.ManagedBy, stack.Ours));
        Assert.Equal(("0.92.0", "Deployment/monitoring/prometheus-operator"), (stack.OperatorVersion, stack.Operator));
        Assert.Equal(["*", "*"], stack.WatchedNamespaces.Concat(stack.InstanceNamespaces));
        Assert.Equal(("monitoring", "k8s"), (stack.PrometheusNamespace, stack.PrometheusName));
        Assert.Equal("Deployment/monitoring/grafana", stack.Grafana);
        Assert.Equal((stage.Context, stage.Kubeconfig), (stack.Context, stack.Kubeconfig));
        Assert.Empty(stage.Writes);
    }

    [Theory]
    [InlineData("kps", "kps", "release=kps")]
    [InlineData("long-name", null, null)]
    [InlineData("name-override", null, null)]
    public async Task Kube_prometheus_stack_is_one_stack_whatever_its_release_is_called(string file, string? name, string? selector)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutAsync(stage, file, "helm");

        var stack = Assert.Single(await GetAsync(stage));

        Assert.Equal(
            (MonitoringStackKind.KubePrometheusStack, "Helm", false, "56.9.0", "0.71.2"),
            (stack.Kind, stack.ManagedBy, stack.Ours, stack.Version, stack.OperatorVersion));
        var prometheus = Assert.Single(stack.Prometheus);
        Assert.Equal(selector ?? $"release={stack.Name}", prometheus.ServiceMonitorSelector);
        Assert.Equal(name ?? stack.Name, stack.Name);
        Assert.Equal(("*", "2.49.1", false), (prometheus.ServiceMonitorNamespaceSelector, prometheus.Version, prometheus.Paused));
        Assert.Single(stack.Alertmanager);
        Assert.NotNull(stack.Grafana);
    }

    [Fact]
    public async Task OpenShift_has_a_stack_for_the_platform_and_one_for_user_workloads()
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutAsync(stage, "openshift", "operator");

        var stacks = await GetAsync(stage);

        Assert.Equal(
            [
                (MonitoringStackKind.OpenShiftPlatform, "openshift-monitoring", "openshift-monitoring", "k8s"),
                (MonitoringStackKind.OpenShiftUserWorkload, "openshift-user-workload-monitoring", "openshift-user-workload-monitoring", "user-workload"),
            ],
            stacks.Select(stack => (stack.Kind, stack.Namespace, Assert.Single(stack.InstanceNamespaces), stack.PrometheusName!)));
        Assert.All(stacks, stack => Assert.Equal("cluster-monitoring-operator", stack.ManagedBy));
    }

    [Theory]
    [InlineData("DaemonSet", "grafana/alloy:v1.11.0", "", MonitoringStackKind.Alloy, "unknown")]
    [InlineData("Deployment", "registry.example/rancher/mirrored-prometheus-prometheus:v2.53.1", "", MonitoringStackKind.Prometheus, "unknown")]
    [InlineData("Deployment", "quay.io/prometheus/prometheus:v3.1.0", "\"app.kubernetes.io/managed-by\":\"Helm\"", MonitoringStackKind.Prometheus, "Helm")]
    [InlineData("Deployment", "mcr.microsoft.com/azuremonitor/containerinsights/ciprod/prometheus-collector/images:6.14.0-main", "", MonitoringStackKind.AzureManaged, "unknown")]
    [InlineData("Deployment", "gke.gcr.io/prometheus-engine/operator:v0.15.3", "\"addonmanager.kubernetes.io/mode\":\"Reconcile\"", MonitoringStackKind.GoogleManaged, "addon-manager")]
    [InlineData("Deployment", "victoriametrics/operator:v0.50.0", "", MonitoringStackKind.VictoriaMetrics, "unknown")]
    [InlineData("StatefulSet", "victoriametrics/victoria-metrics:v1.110.0", "\"argocd.argoproj.io/instance\":\"vm\"", MonitoringStackKind.VictoriaMetrics, "Argo CD")]
    [InlineData("Deployment", "ghcr.io/open-telemetry/opentelemetry-operator/target-allocator:v0.120.0", "", MonitoringStackKind.OpenTelemetry, "unknown")]
    [InlineData("Deployment", "mirror.example/mirrored-prometheus-operator-prometheus-operator:v0.65.1", "\"chart\":\"rancher-monitoring-103.1.1\",\"kustomize.toolkit.fluxcd.io/name\":\"x\"", MonitoringStackKind.Rancher, "Flux")]
    [InlineData("Deployment", "example/other@sha256:1234", "\"app.kubernetes.io/name\":\"prometheus-operator\",\"olm.owner\":\"x\"", MonitoringStackKind.PrometheusOperator, "OLM")]
    [InlineData("Deployment", "mirror.example/prometheus-operator:v0.86.0", "\"app\":\"kube-prometheus-stack-operator\",\"app.kubernetes.io/managed-by\":\"Helm\"", MonitoringStackKind.KubePrometheusStack, "Helm")]
    public async Task Other_monitoring_is_recognised_by_image_or_labels(
        string kind,
        string image,
        string labels,
        MonitoringStackKind expected,
        string manager)
    {
        await using var stage = await Stage.StartAsync();
        ForeignStack.PutNamespace(stage, "observability");
        stage.Put(
            $$"""
            {"apiVersion":"apps/v1","kind":"{{kind}}","metadata":{"name":"one","namespace":"observability","labels":{{{labels}}} },
             "spec":{"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },"spec":{"serviceAccountName":"reader","containers":[{"name":"c","image":"{{image}}"}]} } } }
            """,
            "somebody");

        var stack = Assert.Single(await GetAsync(stage));

        Assert.Equal(
            (expected, "one", "observability", manager == "unknown" ? "somebody" : manager),
            (stack.Kind, stack.Name, stack.Namespace, stack.ManagedBy));
    }

    [Fact]
    public async Task An_operator_of_agents_only_is_told_apart_and_a_resource_without_an_operator_is_shown()
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutOperatorAsync(stage, "\"--namespaces=kps\"");
        stage.Cluster.Remove("monitoring.coreos.com/v1", "Prometheus", "kps", "kps-prometheus");
        var deployment = stage.Cluster.Find("apps/v1", "Deployment", "kps", "kps-operator")!;
        deployment["metadata"]!["labels"] = new System.Text.Json.Nodes.JsonObject();
        stage.Cluster.Put(deployment, "helm");
        await stage.DefineAsync("monitoring.coreos.com", "v1alpha1", "prometheusagents", "PrometheusAgent");
        ForeignStack.PutNamespace(stage, "alone");
        foreach (var place in (string[])["kps", "alone"])
        {
            stage.Put($$"""
                {"apiVersion":"monitoring.coreos.com/v1alpha1","kind":"PrometheusAgent","metadata":{"name":"agent","namespace":"{{place}}"},"spec":{"paused":true} }
                """);
        }

        var stacks = await GetAsync(stage);

        Assert.Equal(["alone", "kps"], stacks.Select(stack => stack.Namespace));
        Assert.All(stacks, stack => Assert.Equal(MonitoringStackKind.PrometheusAgent, stack.Kind));
        Assert.Equal([null, "Deployment/kps/kps-operator"], stacks.Select(stack => stack.Operator));
        Assert.Equal("Helm", stacks[1].ManagedBy);
        var agent = Assert.Single(stacks[1].Prometheus);
        Assert.Equal(("PrometheusAgent/kps/agent", "default", true, null), ($"{agent}", agent.ServiceAccount, agent.Paused, agent.ServiceMonitorSelector));
    }

    [Fact]
    public async Task What_may_not_be_listed_is_named_in_one_warning()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await stage.InstalledAsync();

        var viewer = stage.WriteKubeconfig("viewer");
        var error = (await stage.RunAsync("Get-MonitoringStack -Kubeconfig $c", viewer)).OnlyError(ErrorId.PermissionDenied);
        Assert.Contains("deployments", error, StringComparison.Ordinal);
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"reader","namespace":"monitoring"},
             "rules":[{"apiGroups":["monitoring.coreos.com"],"resources":["prometheuses"],"verbs":["list"]}]}
            """);
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"reader","namespace":"monitoring"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"reader"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"viewer"}]}
            """);
        var result = (await stage.RunAsync("Get-MonitoringStack -Kubeconfig $c", viewer)).EnsureNoError();

        Assert.Equal("k8s", Assert.Single(result.OutputOf<MonitoringStack>()).PrometheusName);
        Assert.Contains("deployments", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_leads_Grant_and_Start_to_its_own_Prometheus()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        await ForeignStack.PutOperatorAsync(stage, "\"--namespaces=kps\"");
        stage.Put("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"kps-prometheus","namespace":"kps"},
             "spec":{"ports":[{"name":"http-web","port":9090}],"selector":{"operator.prometheus.io/name":"kps-prometheus"} } }
            """);

        var granted = await stage.RunAsync(
            "Get-MonitoringStack -Kubeconfig $c | Where-Object Kind -eq KubePrometheusStack | Grant-PrometheusMilvusAccess");

        var access = Assert.Single(granted.EnsureNoError().OutputOf<PrometheusAccess>());
        Assert.Equal(("kps", "kps-prometheus", AccessMethod.Binding), (access.Namespace, access.ServiceAccount, access.Method));
        var started = await stage.RunAsync(
            "$stack = Get-MonitoringStack -Kubeconfig $c | Where-Object Kind -eq KubePrometheusStack; "
                + $"& {{ $stack; {StackCopies.Serialized}; {StackCopies.Untyped} }} | Start-MonitoringPortForward Prometheus -WhatIf");
        var lines = started.EnsureNoError().HostLines;
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Contains("Service/kps/kps-prometheus", line, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<MonitoringStack>> GetAsync(Stage stage) =>
        [.. (await stage.RunAsync("Get-MonitoringStack -Kubeconfig $c")).EnsureNoError().OutputOf<MonitoringStack>()];
}

/// <summary>Scripts that write a copy of the stack in <c>$stack</c>.</summary>
internal static class StackCopies
{
    /// <summary>What a job, a remote session and Import-Clixml make.</summary>
    public const string Serialized =
        "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($stack))";

    /// <summary>What ConvertTo-Json and ConvertFrom-Json make: the properties without the type, and the number of an enum.</summary>
    public const string Untyped =
        "& { $copy = [pscustomobject]@{}; "
        + "foreach ($property in $stack.PSObject.Properties) { "
        + "$value = if ($property.Value -is [enum]) { [long]$property.Value } else { $property.Value }; "
        + "$copy.PSObject.Properties.Add([psnoteproperty]::new($property.Name, $value)) }; $copy }";
}
