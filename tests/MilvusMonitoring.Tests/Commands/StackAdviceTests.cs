using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Errors and warnings about a stack name the place, and the remedy that fits.</summary>
public sealed class StackAdviceTests
{
    [Fact]
    public async Task The_namespace_is_no_component_that_can_be_left_out()
    {
        await using var stage = await Stage.StartAsync();
        var error = (await stage.InstallAsync("-ExcludeComponent Setup")).OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains(
            "The namespace cannot be left out: it contains all components; the components are alertmanager, ",
            error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("setup", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apps/v1", "Deploymnt", "similar names: 'Deployment'")]
    [InlineData("v1", "Deployment", "it is served in apps/v1")]
    [InlineData("example.com/v1", "Thing", null)]
    public async Task A_kind_that_is_not_served_is_told_with_its_place_and_what_it_may_have_been_meant_to_be(
        string apiVersion,
        string kind,
        string? guess)
    {
        await using var stage = await Stage.StartAsync();
        var path = stage.CopyManifests("typo", folder =>
            File.WriteAllText(
                Path.Combine(folder, "typo.yaml"),
                $"# mine\n---\napiVersion: {apiVersion}\nkind: {kind}\nmetadata:\n  name: x\n  namespace: monitoring\n"));

        var error = (await stage.InstallAsync(path: path)).OnlyError(ErrorId.KindNotFound);

        Assert.Contains(
            $"{kind}/monitoring/x in typo.yaml line 3 needs{(guess is null ? string.Empty : $" ({guess})")}; "
                + $"{(guess is null ? "choose" : "correct the manifest, choose")}",
            error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.UnprocessableEntity, "Invalid", ErrorId.ObjectInvalid)]
    [InlineData(HttpStatusCode.Forbidden, "Forbidden", ErrorId.PermissionDenied)]
    public async Task An_object_that_is_refused_is_told_with_its_place(HttpStatusCode status, string reason, string errorId)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "deployments/grafana", Fault.Answer(status, reason, "no"));
        Assert.Contains(
            "Cannot apply Deployment/monitoring/grafana of grafana-deployment.yaml line 1: no",
            (await stage.InstallAsync()).OnlyError(errorId),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_only_a_monitor_of_Milvus_keeps_is_told_with_the_command_that_takes_it_away()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Equal(
            "CustomResourceDefinition/servicemonitors.monitoring.coreos.com still has the monitors of Milvus "
                + "(ServiceMonitor/default/my-release-milvus); Disable-MilvusServiceMonitor my-release -Namespace default deletes them.",
            (await stage.UninstallAsync()).EnsureNoError().Warnings[0]);

        stage.Cluster.Put(
            JsonNode
                .Parse(
                    """{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"theirs","namespace":"default"},"spec":{"selector":{},"endpoints":[]}}"""
                )!
                .AsObject());
        await stage.InstalledAsync();
        Assert.Contains(
            "still has 1 object of others (1 of seed: ServiceMonitor/default/theirs), and the monitors of Milvus "
                + "(ServiceMonitor/default/my-release-milvus); Disable-MilvusServiceMonitor my-release -Namespace default deletes the "
                + "monitors, -Force deletes all of them with the CRD.",
            (await stage.UninstallAsync()).EnsureNoError().Warnings[0], StringComparison.Ordinal);
        (await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Namespace default -Kubeconfig $c")).EnsureNoError();
        Assert.Null(stage.Monitor("my-release-milvus"));
    }
}
