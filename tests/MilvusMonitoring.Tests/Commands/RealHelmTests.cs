using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The real helm and this module's own way on the same release, in every order.</summary>
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
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        await stage.HelmAsync(["install", release, RealHelm.Chart, .. values, "--set", EnabledValue]);
        var byHelm = Assert.Single(stage.Monitors());
        Assert.Equal(ResourceAction.Unchanged, (await stage.OneAsync($"Enable-MilvusServiceMonitor {release}")).Action);

        await stage.HelmAsync(["uninstall", release, "--wait"]);
        await stage.HelmAsync(["install", release, RealHelm.Chart, .. values]);
        Assert.Equal(ResourceAction.Created, (await stage.OneAsync($"Enable-MilvusServiceMonitor {release}")).Action);
        var byUs = Assert.Single(stage.Monitors());
        Assert.True(JsonNode.DeepEquals(byHelm, byUs), $"helm   {byHelm.ToJsonString()}\nmodule {byUs.ToJsonString()}");
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task Helm_adopts_it_with_the_value_and_leaves_it_without(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        await stage.OneAsync("Enable-MilvusServiceMonitor my-release");
        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", "other=1");
        Assert.Single(stage.Monitors());

        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", EnabledValue);
        Assert.Equal(ResourceAction.Unchanged, (await stage.OneAsync("Enable-MilvusServiceMonitor my-release")).Action);
        Assert.True((await stage.InstanceAsync()).MonitorInValues);

        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", "metrics.serviceMonitor.enabled=false");
        Assert.Empty(stage.Monitors());
        Assert.Equal(
            (4, false, false),
            (await stage.InstanceAsync()) is var instance ? (instance.Revision, instance.MonitorInValues, instance.MonitorEnabled) : default
        );
    }

    /// <summary>Helm 3 leaves the fields of a custom resource that it adopts as they are.</summary>
    [Theory]
    [InlineData(RealHelm.Newest, "30s", ResourceAction.Unchanged)]
    [InlineData(RealHelm.Three, "15s", ResourceAction.Configured)]
    public async Task Helm_with_other_values_is_in_no_conflict_with_what_was_applied_with_options(
        string helm,
        string interval,
        ResourceAction action)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        await stage.OneAsync("Enable-MilvusServiceMonitor my-release -Interval 15s");
        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", EnabledValue);
        var shown = await stage.OneAsync("Get-MilvusServiceMonitor");
        Assert.Equal(interval, shown.Interval);
        var settled = await stage.OneAsync("Enable-MilvusServiceMonitor my-release");
        Assert.Equal((action, "30s"), (settled.Action, settled.Interval));
        Assert.Equal(ResourceAction.Deleted, (await stage.OneAsync("Disable-MilvusServiceMonitor my-release")).Action);
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task What_Helm_has_adopted_is_deleted_with_a_warning_and_comes_back_by_either(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        await stage.OneAsync("Enable-MilvusServiceMonitor my-release");
        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", EnabledValue);
        var disabled = (await stage.RunAsync("Disable-MilvusServiceMonitor my-release")).EnsureNoError();
        Assert.Contains("next helm upgrade brings it back", Assert.Single(disabled.Warnings), StringComparison.Ordinal);
        Assert.Empty(stage.Monitors());

        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values");
        Assert.Single(stage.Monitors());
        await stage.OneAsync("Disable-MilvusServiceMonitor my-release");
        Assert.Equal(ResourceAction.Created, (await stage.OneAsync("Enable-MilvusServiceMonitor my-release")).Action);
        await stage.HelmAsync("uninstall", "my-release", "--wait");
        Assert.Empty(stage.Monitors());
    }
}
