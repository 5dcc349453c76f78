using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Uninstall-KubePrometheus</c> on any cluster.</summary>
public abstract class UninstallStories : ClusterStories
{
    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        stage.ForgetWrites();
        var result = (await stage.UninstallAsync("-WhatIf")).EnsureNoError();
        var plan = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal((true, plan.Resources.Count), (plan.IsPlan, plan.Deleted));
        Assert.All(plan.Resources, resource => Assert.Equal(ResourceAction.ToDelete, resource.Action));
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
    public async Task The_namespace_stays_while_others_keep_anything_in_it_and_goes_with_it_where_that_is_forced()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var before = await NamesAsync(stage);
        await stage.InstalledAsync(stage.Wait);
        string[] theirs =
        [
            // Alone, a rule keeps the definition of rules too.
            Theirs("networking.k8s.io/v1", "NetworkPolicy", """ "spec":{"podSelector":{} } """),
            Theirs("v1", "LimitRange", """ "spec":{"limits":[{"type":"Pod"}]} """),
            Theirs("v1", "ServiceAccount", """ "automountServiceAccountToken":false """),
            Theirs("rbac.authorization.k8s.io/v1", "Role", """ "rules":[] """),
            Theirs("apps/v1", "ReplicaSet", """
                "spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"} },
                        "template":{"metadata":{"labels":{"a":"b"} },"spec":{"containers":[{"name":"a","image":"a"}]} } }
                """),
        ];
        foreach (var each in theirs)
        {
            await stage.Objects.PutAsync(JsonNode.Parse(each)!.AsObject(), "kubectl-create");
        }

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        var warning = Assert.Single(careful.Warnings);
        Assert.Contains("5 objects of others (5 of kubectl-create: ", warning, StringComparison.Ordinal);
        Assert.Contains("/monitoring/theirs", warning, StringComparison.Ordinal);
        foreach (var value in theirs.Select(each => JsonNode.Parse(each)!))
        {
            Assert.NotNull(
                await stage.Objects.FindAsync((string)value["apiVersion"]!, (string)value["kind"]!, "monitoring", "theirs"));
        }

        Assert.Null(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"));
        Assert.Equal("Namespace/monitoring", Assert.Single(Assert.Single(await stage.GetAsync()).Resources).ToString());
        Assert.Contains(
            (await stage.UninstallAsync("-Force -WhatIf")).EnsureNoError().HostLines,
            line => line.Contains("deletes with Namespace/monitoring 5 objects of others (5 of kubectl-create: ", StringComparison.Ordinal));
        Assert.Empty((await stage.UninstallAsync("-Force")).EnsureNoError().Warnings);
        Assert.Equal(before, await NamesAsync(stage));
    }

    [Fact]
    public async Task Of_two_stacks_the_second_says_what_it_would_take_and_only_the_named_one_goes()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var before = await NamesAsync(stage);
        await stage.InstalledAsync();
        var second = stage.CopyStack("second");

        stage.ForgetWrites();
        var refused = await stage.InstallAsync(path: second);
        Assert.Equal([ErrorId.FieldConflict], refused.ErrorIds);
        Assert.Contains("belong to the stack in monitoring", Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("-ForceConflicts", refused.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);

        var forced = (await stage.InstallAsync("-ForceConflicts", second)).EnsureNoError();
        Assert.Contains(forced.Warnings, line => line.Contains("belong to the stack in monitoring too", StringComparison.Ordinal));
        stage.ForgetWrites();
        var unnamed = await stage.UninstallAsync();
        Assert.Equal([ErrorId.StackAmbiguous], unnamed.ErrorIds);
        Assert.Contains("monitoring, second", Assert.Single(unnamed.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);

        var removed = (await stage.Session.InvokeAsync(
            "param($c) Get-KubePrometheus -Kubeconfig $c | Where-Object Namespace -eq second | Uninstall-KubePrometheus -Confirm:$false",
            new { c = stage.Kubeconfig })).EnsureNoError();
        Assert.Contains(removed.Warnings, line => line.Contains("belongs to the stack in monitoring too", StringComparison.Ordinal));
        Assert.Null(await stage.Objects.FindAsync("v1", "Namespace", null, "second"));
        Assert.Equal("monitoring", Assert.Single(await stage.GetAsync()).Namespace);
        Assert.NotNull(await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "grafana"));
        Assert.NotNull(await stage.Objects.FindAsync("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s"));
        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));

        var gone = (await stage.UninstallAsync("-Namespace second")).EnsureNoError();
        Assert.Contains("There is one in monitoring.", Assert.Single(gone.Warnings), StringComparison.Ordinal);
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(before, await NamesAsync(stage));
    }

    [Fact]
    public async Task An_inventory_that_somebody_has_planted_deletes_nothing_of_others()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var before = await NamesAsync(stage);
        await stage.InstalledAsync();
        await stage.Objects.PutAsync(JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"tenant"} }""")!.AsObject());
        await stage.Objects.PutAsync(Object("v1", "ConfigMap", "default"));
        await stage.Objects.PutAsync(await PlantedInventory.CreateAsync(
            stage,
            "tenant",
            [
                ("v1", "ConfigMap", "configmaps", "default", "theirs"),
                ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", null, "prometheus-k8s"),
                ("v1", "Namespace", "namespaces", null, "tenant"),
                ("v1", "Namespace", "namespaces", null, "monitoring"),
                ("apps/v1", "Deployment", "deployments", "monitoring", "grafana"),
            ]));
        var all = await NamesAsync(stage);

        var removed = (await stage.UninstallAsync("-Namespace tenant")).EnsureNoError();

        Assert.Equal(["ConfigMap/tenant/milvus-monitoring-kube-prometheus"], all.Except(await NamesAsync(stage)));
        Assert.Equal((0, 5), (removed.OutputOf<KubePrometheusStack>()[0].Deleted, removed.OutputOf<KubePrometheusStack>()[0].Skipped));
        Assert.Contains(removed.Warnings, line => line.StartsWith("ConfigMap/default/theirs", StringComparison.Ordinal));
        Assert.Contains(removed.Warnings, line => line.Contains("belongs to the stack in monitoring too", StringComparison.Ordinal));
        (await stage.UninstallAsync()).EnsureNoError();
        await stage.Objects.EndMadeAsync();
        Assert.Equal(before, await NamesAsync(stage));
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
        await using var stage = await StartAsync(StartingPoint.NoStack);
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

    private static string Theirs(string apiVersion, string kind, string more) => $$"""
        {"apiVersion":"{{apiVersion}}","kind":"{{kind}}","metadata":{"name":"theirs","namespace":"monitoring"},{{more}}}
        """;

    private static JsonObject Object(string apiVersion, string kind, string ns) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = ns },
    };
}
