using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What cmdlets do on a cluster that has none of the CRDs: each story adds all of them, and takes them away.</summary>
public abstract class BareClusterStories : ClusterStories
{
    private const string Enable = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c ";

    [Fact]
    public async Task A_bare_cluster_gets_every_object_and_a_second_run_writes_nothing()
    {
        await using var stage = await StartAsync();
        var first = await stage.InstalledAsync();
        Assert.Equal(first.Resources.Count, first.Created);
        Assert.Equal(("monitoring", stage.Context, stage.Kubeconfig), (first.Namespace, first.Context, first.Kubeconfig));
        Assert.Equal(await stage.Objects.VersionAsync(), first.KubernetesVersion);
        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));
        Assert.NotNull(await stage.Objects.FindAsync("rbac.authorization.k8s.io/v1", "Role", "kube-system", "prometheus-k8s"));

        stage.ForgetWrites();
        var second = await stage.InstalledAsync();
        Assert.Equal(second.Resources.Count, second.Unchanged);
        Assert.Equal(first.Resources.Select(resource => resource.ToString()), second.Resources.Select(resource => resource.ToString()));
        Assert.Empty(stage.Writes);
    }

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
    public async Task Definitions_stay_while_others_use_them_and_the_next_run_finishes()
    {
        const string Definition = "CustomResourceDefinition/servicemonitors.monitoring.coreos.com";
        await using var stage = await StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync();
        await stage.Objects.PutAsync(ServiceMonitor("default", "theirs"));

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(2, careful.Warnings.Count);
        Assert.Contains("1 object of others (1 of seed: ServiceMonitor/default/theirs)", careful.Warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("Namespace/monitoring stays, because its inventory still lists what is left", careful.Warnings[1], StringComparison.Ordinal);
        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "ServiceMonitor", "default", "theirs"));
        Assert.Equal(
            [Definition, "Namespace/monitoring"],
            Assert.Single(await stage.GetAsync()).Resources.Select(resource => resource.ToString()).Order(StringComparer.Ordinal));

        // What has not changed needs no write.
        stage.ForgetWrites();
        Assert.Equal(2, (await stage.UninstallAsync()).EnsureNoError().Warnings.Count);
        Assert.Empty(stage.Writes);

        await stage.Objects.RemoveAsync("monitoring.coreos.com/v1", "ServiceMonitor", "default", "theirs");
        Assert.Empty((await stage.UninstallAsync()).EnsureNoError().Warnings);
        Assert.Equal(before, await NamesAsync(stage));
    }

    [Fact]
    public async Task Definitions_go_with_what_others_have_where_that_is_forced()
    {
        await using var stage = await StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync();
        await stage.Objects.PutAsync(ServiceMonitor("default", "theirs"));

        var result = (await stage.UninstallAsync("-Force -WhatIf")).EnsureNoError();
        Assert.Contains(result.HostLines, line => line.Contains(
            "deletes with CustomResourceDefinition/servicemonitors.monitoring.coreos.com 1 object of others (1 of seed: "
                + "ServiceMonitor/default/theirs)",
            StringComparison.Ordinal));
        Assert.Empty((await stage.UninstallAsync("-Force")).EnsureNoError().Warnings);
        Assert.Equal(before, await NamesAsync(stage));
    }

    [Fact]
    public async Task A_rule_of_others_in_the_namespace_stays_with_the_namespace_and_its_definition_whatever_its_labels()
    {
        await using var stage = await StartAsync();
        await stage.InstalledAsync();
        await stage.Objects.PutAsync(JsonNode.Parse("""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"PrometheusRule",
             "metadata":{"name":"theirs","namespace":"monitoring",
                         "labels":{"app.kubernetes.io/part-of":"kube-prometheus","prometheus":"k8s","role":"alert-rules"} },
             "spec":{"groups":[]} }
            """)!.AsObject());

        Assert.Equal(2, (await stage.UninstallAsync()).EnsureNoError().Warnings.Count);

        Assert.NotNull(await stage.Objects.FindAsync("monitoring.coreos.com/v1", "PrometheusRule", "monitoring", "theirs"));
    }

    [Fact]
    public async Task What_has_to_come_before_a_monitor_is_named()
    {
        await using var bare = await StartAsync();
        await bare.PutAsync(new SampleMilvus());
        Assert.Contains(
            "run Install-KubePrometheus first",
            (await bare.RunAsync(Enable)).OnlyError(ErrorId.KindNotFound),
            StringComparison.Ordinal);

        await bare.DefineMonitorsAsync();
        await bare.Objects.RemoveAsync("v1", "Service", "default", "my-release-milvus");
        Assert.Contains("port named 'metrics'", (await bare.RunAsync(Enable)).OnlyError(ErrorId.ObjectNotFound), StringComparison.Ordinal);

        await bare.PutReleaseAsync(
            new SampleMilvus { Revision = 2, Values = JsonNode.Parse("""{"metrics":{"enabled":false}}""")!.AsObject() }
        );
        Assert.Contains(
            "metrics.enabled=false",
            (await bare.RunAsync(Enable)).OnlyError(ErrorId.MetricsDisabled),
            StringComparison.Ordinal);

        await bare.PutReleaseAsync(new SampleMilvus { Revision = 3, Status = "pending-upgrade" });
        Assert.Contains(
            "helm rollback",
            (await bare.RunAsync(Enable + "-Method Helm")).OnlyError(ErrorId.ReleaseNotDeployed),
            StringComparison.Ordinal);
        Assert.Contains(
            "'my-release'",
            (await bare.RunAsync("Enable-MilvusServiceMonitor my-relase -Kubeconfig $c")).OnlyError(ErrorId.InstanceNotFound),
            StringComparison.Ordinal);
    }

    private static JsonObject ServiceMonitor(string ns, string name) => JsonNode.Parse($$$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},
         "spec":{"selector":{"matchLabels":{"a":"b"}},"endpoints":[{"port":"metrics"}]}}
        """)!.AsObject();
}
