using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Installing while the last stack is still going.</summary>
public sealed class NamespaceFaultTests
{
    [Fact]
    public async Task A_namespace_that_is_terminating_is_waited_for_and_all_that_was_in_it_comes_back()
    {
        await using var stage = await Stage.StartAsync(new() { NamespaceDelay = TimeSpan.FromSeconds(1.5) });
        var first = await stage.InstalledAsync();
        stage.Cluster.Remove("v1", "Namespace", null, "monitoring");

        var again = await stage.InstalledAsync();

        Assert.All(again.Resources.Where(resource => resource.Namespace == "monitoring" || resource.Kind == "Namespace"), resource =>
            Assert.Equal(ResourceAction.Created, resource.Action));
        Assert.True(again.Unchanged > 0);
        Assert.Equal(first.Resources.Count, again.Resources.Count);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task What_holds_a_terminating_namespace_is_named_in_time()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Put(JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"monitoring"}}""")!.AsObject());
        stage.Cluster.Put(Held("v1", "ConfigMap", "theirs"));
        stage.Cluster.Remove("v1", "Namespace", null, "monitoring");

        var foretold = (await stage.InstallAsync("-WhatIf")).EnsureNoError();
        Assert.Contains("Namespace/monitoring is being deleted. The installation waits", Assert.Single(foretold.Warnings), StringComparison.Ordinal);
        var plan = Assert.Single(foretold.OutputOf<KubePrometheusStack>()).Resources.Single(resource => resource.Kind == "Namespace");
        Assert.Equal((ResourceAction.ToCreate, "is being deleted; it is created again as soon as it is gone"), (plan.Action, plan.Message));

        var result = await stage.InstallAsync("-Timeout 1");

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.NamespaceTerminating, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Namespace/monitoring", error.TargetObject);
        Assert.Contains("example.com/hold in 1 resource instances", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("configmaps", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(result.OutputOf<KubePrometheusStack>()).Created);

        Release(stage.Cluster, "v1", "ConfigMap", "theirs");
        await stage.InstalledAsync();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task An_API_service_of_others_that_nobody_answers_for_and_that_holds_the_namespace_is_named()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("APIService");
        stage.Put("""
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.custom.metrics.k8s.io"},
             "spec":{"group":"custom.metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"service":{"name":"gone","namespace":"default"} } }
            """);
        stage.Put("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"monitoring"} }""");
        stage.Cluster.Remove("v1", "Namespace", null, "monitoring");

        var error = Assert.Single((await stage.InstallAsync("-Timeout 1")).Errors);

        Assert.StartsWith(ErrorId.NamespaceTerminating, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("custom.metrics.k8s.io/v1beta1", error.ToString(), StringComparison.Ordinal);
        stage.Cluster.Remove("apiregistration.k8s.io/v1", "APIService", null, "v1beta1.custom.metrics.k8s.io");
        await stage.InstalledAsync();
    }

    [Fact]
    public async Task An_object_that_is_being_deleted_is_applied_once_it_is_gone_or_named_with_what_holds_it()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var secret = stage.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!;
        secret["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        stage.Cluster.Put(secret, "somebody");
        stage.Cluster.Remove("v1", "Secret", "monitoring", "alertmanager-main");

        var error = Assert.Single((await stage.InstallAsync("-Timeout 1")).Errors);
        Assert.StartsWith(ErrorId.DeletionBlocked, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Secret/monitoring/alertmanager-main", error.TargetObject);
        Assert.Contains("example.com/hold", error.ToString(), StringComparison.Ordinal);

        var installing = stage.InstallAsync();
        Release(stage.Cluster, "v1", "Secret", "alertmanager-main");
        (await installing).EnsureNoError();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    private static JsonObject Held(string apiVersion, string kind, string name) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "monitoring", ["finalizers"] = new JsonArray("example.com/hold") },
    };

    private static void Release(Cluster cluster, string apiVersion, string kind, string name)
    {
        var held = cluster.Find(apiVersion, kind, "monitoring", name)!;
        held["metadata"]!.AsObject().Remove("finalizers");
        cluster.Put(held, "somebody");
    }
}
