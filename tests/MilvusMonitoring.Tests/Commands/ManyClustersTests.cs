using System.Collections.Concurrent;
using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>One pipeline over several clusters, one of which does not answer until the test lets it.</summary>
public sealed class ManyClustersTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly List<Stage> _stages = [];
    private GatedRelay _gate = null!;
    private string _slow = null!;

    private PowerShellSession Session => _stages[0].Session;

    public async ValueTask InitializeAsync()
    {
        for (var number = 0; number < 3; number++)
        {
            _stages.Add(await Stage.StartAsync());
            new SampleMilvus().PutInto(_stages[^1].Cluster);
        }

        var slow = _stages[0];
        _gate = new GatedRelay(slow.Cluster.Server.Port);
        _slow = slow.WriteFile(
            "slow",
            File.ReadAllText(slow.Kubeconfig).Replace($":{slow.Cluster.Server.Port}", $":{_gate.Port}", StringComparison.Ordinal));
        _gate.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        foreach (var stage in _stages)
        {
            await stage.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_slow_cluster_holds_up_no_other_one_and_comes_last()
    {
        var running = RunAsync("Get-MilvusInstance", [_slow, _stages[1].Kubeconfig, _stages[2].Kubeconfig]);

        await Stage.UntilAsync(() => _seen.Count == 2);
        Assert.False(running.IsCompleted);
        _gate.Open();

        (await running).EnsureNoError();
        Assert.Equal([_stages[1].Kubeconfig, _stages[2].Kubeconfig, _slow], _seen);
    }

    [Fact]
    public async Task What_several_objects_ask_of_one_cluster_is_done_in_their_order_and_holds_up_no_other()
    {
        _gate.Open();
        await _stages[0].InstalledAsync();
        await _stages[1].InstalledAsync();
        _gate.Close();
        new SampleMilvus { Name = "another" }.PutInto(_stages[0].Cluster);
        var running = RunAsync("Enable-MilvusServiceMonitor", [_slow, _slow, _stages[1].Kubeconfig], ["my-release", "another", "my-release"]);

        await Stage.UntilAsync(() => _seen.Count == 1);
        _gate.Open();

        var monitors = (await running).OutputOf<MilvusServiceMonitor>();
        Assert.Equal([_stages[1].Kubeconfig, _slow, _slow], _seen);
        Assert.Equal(["my-release", "my-release", "another"], monitors.Select(monitor => monitor.Instance));
    }

    [Fact]
    public async Task The_error_of_a_slow_cluster_is_written_when_it_comes()
    {
        _stages[0].Cluster.Faults.Add("GET", "/", Fault.Answer(HttpStatusCode.Forbidden), times: null);
        var running = RunAsync("Get-MilvusInstance", [_slow, _stages[1].Kubeconfig]);

        await Stage.UntilAsync(() => _seen.Count == 1);
        _gate.Open();

        Assert.Equal([nameof(ErrorId.PermissionDenied)], (await running).ErrorIds);
    }

    [Fact]
    public async Task Dashboards_go_to_the_other_clusters_after_one_has_failed()
    {
        await _stages[1].InstalledAsync();
        var gone = _stages[0].WriteFile(
            "gone",
            File.ReadAllText(_stages[0].Kubeconfig).Replace($":{_stages[0].Cluster.Server.Port}", ":1", StringComparison.Ordinal));

        var result = await RunAsync("Install-MilvusDashboard Overview", [gone, _stages[1].Kubeconfig]);

        Assert.Equal([nameof(ErrorId.ClusterUnreachable)], result.ErrorIds);
        Assert.Equal([_stages[1].Kubeconfig], _seen);
    }

    [Theory]
    [InlineData("Test-MilvusMonitoring -Quiet")]
    [InlineData("Grant-PrometheusMilvusAccess -Confirm:$false")]
    [InlineData("Get-MilvusAlertRule")]
    [InlineData("Get-MilvusAlertReceiver")]
    [InlineData("Get-MilvusDashboard")]
    [InlineData("Get-KubePrometheus")]
    [InlineData("Get-MonitoringStack")]
    [InlineData("Get-MilvusServiceMonitor -AllNamespaces")]
    public async Task An_entry_of_a_list_of_clusters_stands_for_its_cluster_and_nothing_else(string command)
    {
        await _stages[1].InstalledAsync();
        await _stages[1].SettledAsync();
        var alone = await Session.InvokeAsync($"{command} -Kubeconfig '{_stages[1].Kubeconfig}'");

        var listed = await Session.InvokeAsync($"[pscustomobject]@{{ Name = 'one'; ConfigPath = '{_stages[1].Kubeconfig}' }} | {command}");

        Assert.Equal(alone.ErrorIds, listed.ErrorIds);
        Assert.Equal(alone.Output.Select(item => $"{item}"), listed.Output.Select(item => $"{item}"));
        Assert.DoesNotContain(nameof(ErrorId.ParameterInvalid), listed.ErrorIds);
    }

    [Fact]
    public async Task An_entry_of_a_list_of_clusters_names_no_dashboard_to_uninstall()
    {
        var result = await Session.InvokeAsync(
            $"[pscustomobject]@{{ Kubeconfig = '{_stages[1].Kubeconfig}' }} | Uninstall-MilvusDashboard -Confirm:$false");

        Assert.Equal([nameof(ErrorId.ParameterInvalid)], result.ErrorIds);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_work_on_all_of_them()
    {
        var running = RunAsync("Get-MilvusInstance", [_slow, _slow, _stages[1].Kubeconfig]);
        await Stage.UntilAsync(() => _seen.Count == 1);

        await Session.StopAsync().WaitAsync(Limits.Wait, TestContext.Current.CancellationToken);

        var result = await running;
        Assert.True(result.Stopped);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task An_error_downstream_ends_the_pipeline_and_does_not_wait_for_a_slow_cluster()
    {
        var result = await RunAsync("Get-MilvusInstance | ForEach-Object { $_; throw 'enough' }", [_slow, _stages[1].Kubeconfig]);

        Assert.Equal(_stages[1].Kubeconfig, Assert.Single(result.OutputOf<MilvusInstance>()).Kubeconfig);
        Assert.Equal("enough", Assert.Single(result.Errors).ToString());
    }

    private Task<PowerShellResult> RunAsync(string command, string[] kubeconfigs, string[]? instances = null) => Session.InvokeAsync(
        $"param($fleet, $seen) $fleet | {command} | ForEach-Object {{ $seen.Enqueue($_.Kubeconfig); $_ }}",
        new { fleet = CreateFleet(kubeconfigs, instances), seen = _seen });

    private static object[] CreateFleet(string[] kubeconfigs, string[]? instances = null) =>
        [.. kubeconfigs.Select((kubeconfig, number) => new { Kubeconfig = kubeconfig, Instance = instances?[number] })];
}
