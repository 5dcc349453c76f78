using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The real helm and this module on the same release, in every order. Helm is found by HELM, or on the PATH.</summary>
public sealed class RealHelmTests
{
    private const string EnabledValue = "metrics.serviceMonitor.enabled=true";

    [Theory]
    [InlineData("my-release")]
    [InlineData("my-release", "--set", "cluster.enabled=false")]
    [InlineData("milvus-2", "--set", "nameOverride=vdb,metrics.serviceMonitor.interval=1m")]
    [InlineData("r", "--set", "fullnameOverride=whole", "--set", "metrics.serviceMonitor.additionalLabels.release=kps")]
    [InlineData("r", "--set", "metrics.serviceMonitor.additionalLabels=null")]
    public async Task What_is_applied_here_is_what_helm_applies(string release, params string[] values)
    {
        await using var stage = await StartAsync();
        await HelmAsync(stage, ["install", release, Helm.Chart, .. values, "--set", EnabledValue]);
        var byHelm = Assert.Single(Monitors(stage));
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync(stage, $"Enable-MilvusServiceMonitor {release}")).Action);

        await HelmAsync(stage, ["uninstall", release, "--wait"]);
        await HelmAsync(stage, ["install", release, Helm.Chart, .. values]);
        Assert.Equal(ResourceAction.Created, (await OneAsync(stage, $"Enable-MilvusServiceMonitor {release}")).Action);
        var byUs = Assert.Single(Monitors(stage));
        Assert.True(JsonNode.DeepEquals(byHelm, byUs), $"helm   {byHelm.ToJsonString()}\nmodule {byUs.ToJsonString()}");
    }

    [Fact]
    public async Task Helm_adopts_it_with_the_value_and_leaves_it_without()
    {
        await using var stage = await StartAsync();
        await HelmAsync(stage, "install", "my-release", Helm.Chart);
        await OneAsync(stage, "Enable-MilvusServiceMonitor my-release");
        await HelmAsync(stage, "upgrade", "my-release", Helm.Chart, "--reuse-values", "--set", "other=1");
        Assert.Single(Monitors(stage));

        await HelmAsync(stage, "upgrade", "my-release", Helm.Chart, "--reuse-values", "--set", EnabledValue);
        Assert.Equal(ResourceAction.Unchanged, (await OneAsync(stage, "Enable-MilvusServiceMonitor my-release")).Action);
        Assert.True((await InstanceAsync(stage)).MonitorInValues);

        await HelmAsync(stage, "upgrade", "my-release", Helm.Chart, "--reuse-values", "--set", "metrics.serviceMonitor.enabled=false");
        Assert.Empty(Monitors(stage));
        Assert.Equal((4, false, false), (await InstanceAsync(stage)) is var instance ? (instance.Revision, instance.MonitorInValues, instance.MonitorEnabled) : default);
    }

    [Fact]
    public async Task What_Helm_has_adopted_is_deleted_with_a_warning_and_comes_back_by_either()
    {
        await using var stage = await StartAsync();
        await HelmAsync(stage, "install", "my-release", Helm.Chart);
        await OneAsync(stage, "Enable-MilvusServiceMonitor my-release");
        await HelmAsync(stage, "upgrade", "my-release", Helm.Chart, "--reuse-values", "--set", EnabledValue);
        var disabled = (await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Contains("next helm upgrade brings it back", Assert.Single(disabled.Warnings), StringComparison.Ordinal);
        Assert.Empty(Monitors(stage));

        await HelmAsync(stage, "upgrade", "my-release", Helm.Chart, "--reuse-values");
        Assert.Single(Monitors(stage));
        await OneAsync(stage, "Disable-MilvusServiceMonitor my-release");
        Assert.Equal(ResourceAction.Created, (await OneAsync(stage, "Enable-MilvusServiceMonitor my-release")).Action);
        await HelmAsync(stage, "uninstall", "my-release", "--wait");
        Assert.Empty(Monitors(stage));
    }

    private static async Task<Stage> StartAsync()
    {
        Helm.SkipWhereMissing();
        var stage = await Stage.StartAsync();
        await stage.DefineMonitorsAsync();
        return stage;
    }

    private static Task HelmAsync(Stage stage, params string[] arguments) => Helm.RunAsync(stage.Kubeconfig, stage.Folder, "default", arguments);

    private static async Task<MilvusServiceMonitor> OneAsync(Stage stage, string command) =>
        Assert.Single((await stage.RunAsync(command + " -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusServiceMonitor>());

    private static async Task<MilvusInstance> InstanceAsync(Stage stage) =>
        Assert.Single((await stage.RunAsync("Get-MilvusInstance my-release -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusInstance>());

    /// <summary>The ServiceMonitors, without what the server adds to every object.</summary>
    private static List<JsonObject> Monitors(Stage stage) => [.. stage.Cluster.List("monitoring.coreos.com/v1", "ServiceMonitor").Select(monitor =>
    {
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"])
        {
            monitor["metadata"]!.AsObject().Remove(field);
        }

        return monitor;
    })];
}
