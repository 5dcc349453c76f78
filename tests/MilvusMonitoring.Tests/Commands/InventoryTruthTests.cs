using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// What the inventory says is so: of objects that were refused, of runs that were killed, of where the manifests came from.
/// </summary>
public sealed class InventoryTruthTests
{
    private const string Extra = "deployments/extra";

    [Fact]
    public async Task An_object_that_was_refused_and_never_there_is_not_in_the_record()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add("PATCH", Extra, Refusal);

        Assert.Equal([ErrorId.ObjectInvalid], (await stage.InstallAsync(path: WithExtra(stage))).ErrorIds);

        var stack = Assert.Single(await stage.GetAsync());
        Assert.DoesNotContain(stack.Resources, resource => resource.Name == "extra");
        var good = await stage.InstalledAsync();
        Assert.Equal((good.Resources.Count, 0), (good.Unchanged, good.Skipped));
    }

    [Fact]
    public async Task What_a_definition_that_was_refused_would_have_served_is_not_in_the_record()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "customresourcedefinitions/prometheusrules.monitoring.coreos.com", Refusal);

        await stage.InstallAsync();

        Assert.DoesNotContain(Assert.Single(await stage.GetAsync()).Resources, resource =>
            resource.Kind == "PrometheusRule"
            || resource.Name == "prometheusrules.monitoring.coreos.com"
            || resource.ToString() == "Deployment/monitoring/prometheus-operator");
        var next = await stage.InstalledAsync();
        Assert.Equal((3, next.Resources.Count - 3), (next.Created, next.Unchanged));
    }

    [Fact]
    public async Task An_object_that_was_made_and_its_answer_lost_is_recorded_as_the_modules_own_and_goes_with_Uninstall()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add("PATCH", Extra, Fault.ResetAfter);
        stage.Cluster.Faults.Add("PATCH", Extra, Refusal);
        Assert.Equal([ErrorId.ObjectInvalid], (await stage.InstallAsync(path: WithExtra(stage))).ErrorIds);
        Assert.Equal("not finished", Status(await stage.GetAsync(), "extra"));

        var smaller = await stage.InstalledAsync();

        Assert.Equal("extra", Assert.Single(smaller.Resources, resource => resource.Action == ResourceAction.Skipped).Name);
        Assert.Equal(0, Assert.Single(await stage.GetAsync()).Drifted);
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "extra"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_run_only_intended_is_no_part_of_the_next_plan_also_where_others_have_made_it(bool madeByOthers)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        await IntendExtraAsync(stage);
        if (madeByOthers)
        {
            var theirs = stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana")!;
            theirs["metadata"]!.AsObject().Remove("managedFields");
            theirs["metadata"]!.AsObject().Remove("uid");
            theirs["metadata"]!["name"] = "extra";
            stage.Cluster.Put(theirs, "somebody");
        }

        var good = await stage.InstalledAsync();

        Assert.Equal((good.Resources.Count, 0), (good.Unchanged, good.Skipped));
        Assert.DoesNotContain(Assert.Single(await stage.GetAsync()).Resources, resource => resource.Name == "extra");
        stage.Cluster.Requests.Clear();
        await stage.InstalledAsync();
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task What_was_left_out_and_has_been_deleted_since_is_forgotten()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        await stage.InstalledAsync("-ExcludeComponent grafana");
        stage.Cluster.Remove("apps/v1", "Deployment", "monitoring", "grafana");

        Assert.DoesNotContain((await stage.InstalledAsync("-ExcludeComponent grafana")).Resources, resource =>
            resource is { Kind: "Deployment", Name: "grafana" });

        Assert.Equal(0, Assert.Single(await stage.GetAsync()).Drifted);
    }

    [Fact]
    public async Task A_damaged_record_is_written_anew_by_the_installation_that_its_warning_names()
    {
        const string Inventory = "milvus-monitoring-kube-prometheus";
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var record = stage.Cluster.Find("v1", "ConfigMap", "monitoring", Inventory)!;
        record["binaryData"]!["inventory.json.gz"] = "AAAA";
        stage.Cluster.Put(record, "somebody");

        var warning = Assert.Single((await stage.RunAsync("Get-KubePrometheus -Kubeconfig $c")).EnsureNoError().Warnings);
        Assert.Contains("installation of the same stack writes its inventory again", warning, StringComparison.Ordinal);
        await stage.InstalledAsync();
        Assert.Empty((await stage.UninstallAsync()).EnsureNoError().Warnings);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task Uninstall_asks_about_as_many_objects_as_it_shows()
    {
        await using var stage = await Stage.StartAsync();
        var count = (await stage.InstalledAsync()).Resources.Count;
        stage.Cluster.Remove("v1", "ConfigMap", "monitoring", "grafana-dashboard-nodes");

        var result = (await stage.UninstallAsync("-WhatIf")).EnsureNoError();

        Assert.Contains(result.HostLines, line =>
            line.Contains($"({count} objects: {count} to delete; 1 already gone)", StringComparison.Ordinal));
        var plan = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal($"{count}: {count} to delete", plan.Summary);
        Assert.Equal("was already gone", Assert.Single(plan.Resources, resource => resource.Message is not null).Message);
    }

    [Fact]
    public async Task The_same_manifests_from_elsewhere_are_recorded_with_one_write_and_then_none()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var elsewhere = stage.CopyManifests("elsewhere", _ => { });
        stage.Cluster.Requests.Clear();

        var moved = await stage.InstalledAsync(path: elsewhere);

        Assert.Equal(moved.Resources.Count, moved.Unchanged);
        Assert.Contains(
            "/configmaps/milvus-monitoring-kube-prometheus?",
            Assert.Single(stage.Cluster.Requests.Writes).Path,
            StringComparison.Ordinal);
        Assert.Equal(elsewhere, Assert.Single(await stage.GetAsync()).Source);
        stage.Cluster.Requests.Clear();
        await stage.InstalledAsync(path: elsewhere);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task Manifests_that_are_written_otherwise_and_come_to_the_same_objects_are_recorded_once()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var commented = stage.CopyManifests("commented", folder =>
            File.AppendAllText(Path.Combine(folder, "grafana-service.yaml"), "# said elsewhere\n"));

        Assert.Equal(0, (await stage.InstalledAsync(path: commented)).Configured);

        Assert.Equal(commented, Assert.Single(await stage.GetAsync()).Source);
        stage.Cluster.Requests.Clear();
        await stage.InstalledAsync(path: commented);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    private static Fault Refusal => Fault.Answer(HttpStatusCode.UnprocessableEntity, "Invalid", "spec.selector: Required value");

    private static string? Status(IReadOnlyList<KubePrometheusStack> stacks, string name) =>
        Assert.Single(Assert.Single(stacks).Resources, resource => resource.Name == name).Status;

    private static string WithExtra(Stage stage) =>
        stage.CopyManifests("extra", folder =>
            File.WriteAllText(
                Path.Combine(folder, "extra.yaml"),
                File.ReadAllText(Path.Combine(folder, "grafana-deployment.yaml"))
                    .Replace("  name: grafana\n  namespace", "  name: extra\n  namespace", StringComparison.Ordinal)));

    /// <summary>The inventory as a client leaves it that is killed before its first object.</summary>
    private static async Task IntendExtraAsync(Stage stage)
    {
        var fault = stage.Cluster.Faults.Add(
            "PATCH",
            "/configmaps/milvus-monitoring-kube-prometheus",
            Fault.BareStatus(HttpStatusCode.Forbidden),
            skip: 1);
        stage.Cluster.Faults.Add("PATCH", Extra, Refusal);
        await stage.InstallAsync(path: WithExtra(stage));
        Assert.Equal(1, fault.Taken);
        Assert.Equal("missing", Status(await stage.GetAsync(), "extra"));
    }
}
