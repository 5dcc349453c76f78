using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Uninstall-KubePrometheus</c> on any cluster.</summary>
public abstract class UninstallStories : ClusterStories
{
    private static readonly (string ApiVersion, string Kind)[] s_kinds =
    [
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("v1", "Service"),
        ("v1", "Endpoints"),
        ("discovery.k8s.io/v1", "EndpointSlice"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiregistration.k8s.io/v1", "APIService"),
    ];

    [Fact]
    public async Task Nothing_is_left_of_a_stack_and_a_second_run_has_nothing_to_do()
    {
        await using var stage = await StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync(stage.Wait);

        var removed = Assert.Single((await stage.UninstallAsync()).EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(removed.Resources.Count, removed.Deleted);
        Assert.Equal(before, await NamesAsync(stage));

        var again = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Empty(again.Output);
        Assert.Contains("nothing to uninstall", Assert.Single(again.Warnings), StringComparison.Ordinal);
        Assert.Empty(await stage.GetAsync());
    }

    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        stage.ForgetWrites();
        var result = (await stage.UninstallAsync("-WhatIf")).EnsureNoError();
        Assert.True(Assert.Single(result.OutputOf<KubePrometheusStack>()).IsPlan);
        Assert.Contains(result.HostLines, line => line.Contains("Delete Deployment/monitoring/grafana", StringComparison.Ordinal));
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task It_asks_before_it_deletes()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        stage.Session.Host.Answer("No");
        (
            await stage.Session.InvokeAsync(
                "param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig",
                new { kubeconfig = stage.Kubeconfig })).EnsureNoError();
        Assert.NotNull(await stage.Objects.FindAsync("v1", "Namespace", null, "monitoring"));
        Assert.Contains("Uninstall kube-prometheus", Assert.Single(stage.Session.Host.Questions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_says_how_to_go_ahead_and_leaves_the_cluster_alone()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        stage.ForgetWrites();
        var result = await stage.Session.InvokeAsync(
            "param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig",
            new { kubeconfig = stage.Kubeconfig });
        Assert.Equal([ErrorId.ConfirmationImpossible], result.ErrorIds);
        Assert.Contains("-Confirm:$false", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task Definitions_stay_while_others_use_them_unless_forced()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        await stage.Objects.PutAsync(ServiceMonitor("default", "theirs"));

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Contains("ServiceMonitor/default/theirs", Assert.Single(careful.Warnings), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(careful.OutputOf<KubePrometheusStack>()).Skipped);
        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "ServiceMonitor", "default", "theirs"));

        await stage.InstalledAsync();
        (await stage.UninstallAsync("-Force")).EnsureNoError();
        Assert.Null(
            await stage.Objects.FindAsync(
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                null,
                "servicemonitors.monitoring.coreos.com"));
    }

    [Fact]
    public async Task The_namespace_stays_while_others_keep_something_in_it_unless_forced()
    {
        await using var stage = await StartAsync();
        await stage.InstalledAsync(stage.Wait);
        await stage.Objects.PutAsync(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = "monitoring" },
            });

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Contains("ConfigMap/monitoring/theirs", Assert.Single(careful.Warnings), StringComparison.Ordinal);
        Assert.NotNull(await stage.Objects.FindAsync("v1", "ConfigMap", "monitoring", "theirs"));
        Assert.Null(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"));
    }

    [Fact]
    public async Task A_stuck_finalizer_is_named_and_never_stripped_and_the_operator_stays_to_finish()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var prometheus = (await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"))!;
        prometheus["metadata"]!["finalizers"] = new JsonArray("monitoring.coreos.com/status-cleanup");
        await stage.Objects.PutAsync(prometheus, "operator");

        var blocked = await stage.UninstallAsync("-Timeout 1");
        var error = Assert.Single(blocked.Errors);
        Assert.StartsWith(ErrorId.DeletionBlocked, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Prometheus/monitoring/k8s", error.TargetObject);
        Assert.Contains("monitoring.coreos.com/status-cleanup", error.ToString(), StringComparison.Ordinal);
        Assert.NotNull(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "prometheus-operator"));

        var held = (await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"))!;
        held["metadata"]!["finalizers"] = new JsonArray();
        await stage.Objects.PutAsync(held, "operator");
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(await stage.Objects.FindAsync("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task A_stack_that_another_tool_applied_is_removed_by_its_manifests()
    {
        await using var stage = await StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync();
        await stage.Objects.RemoveAsync("v1", "ConfigMap", "monitoring", "milvus-monitoring-kube-prometheus");
        Assert.Single((await stage.UninstallAsync()).Warnings);

        var removed = await stage.Session.InvokeAsync(
            "param($kubeconfig, $path) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Path $path -Confirm:$false",
            new { kubeconfig = stage.Kubeconfig, path = stage.Release });
        Assert.Single(removed.EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(before, await NamesAsync(stage));
    }

    /// <summary>The names of what a stack is made of, and of what its controllers make; pods of others come and go.</summary>
    private protected static async Task<IReadOnlyList<string>> NamesAsync(ClusterStage stage)
    {
        List<string> names = [];
        foreach (var (apiVersion, kind) in s_kinds)
        {
            names.AddRange((await stage.Objects.ListAsync(apiVersion, kind))
                .Select(item => (Namespace: (string?)item["metadata"]!["namespace"], Name: (string)item["metadata"]!["name"]!))
                .Where(item => !stage.IsOfOthers(kind == "Namespace" ? item.Name : item.Namespace))
                .Select(item => $"{kind}/{item.Namespace}/{item.Name}"));
        }

        return names;
    }

    private static JsonObject ServiceMonitor(string ns, string name) => JsonNode.Parse($$$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},
         "spec":{"selector":{"matchLabels":{"a":"b"}},"endpoints":[{"port":"metrics"}]}}
        """)!.AsObject();
}
