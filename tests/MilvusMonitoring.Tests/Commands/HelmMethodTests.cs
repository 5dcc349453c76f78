using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Enable-MilvusServiceMonitor -Method Helm</c> with the real helm, 4 and 3.</summary>
public sealed class HelmMethodTests
{
    private const string Options = "-Interval 1m -ScrapeTimeout 20s -AdditionalLabel @{ release = 'true'; 'a.b/c' = '1' }";

    [Theory]
    [InlineData(RealHelm.Newest, "")]
    [InlineData(RealHelm.Newest, Options)]
    [InlineData(RealHelm.Three, "")]
    [InlineData(RealHelm.Three, Options)]
    public async Task Helm_makes_what_Native_applies_and_is_not_run_again(string helm, string options)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        await stage.OneAsync($"Enable-MilvusServiceMonitor my-release {options}");
        var native = Assert.Single(stage.Monitors());
        await stage.OneAsync("Disable-MilvusServiceMonitor my-release");

        var result = (await stage.EnableAsync(options + " -Verbose")).EnsureNoError();
        Assert.Equal(ResourceAction.Created, Assert.Single(result.OutputOf<MilvusServiceMonitor>()).Action);
        var byHelm = Assert.Single(stage.Monitors());
        Assert.True(JsonNode.DeepEquals(native, byHelm), $"native {native.ToJsonString()}\nhelm   {byHelm.ToJsonString()}");
        Assert.Contains(result.Verbose, line =>
            line.StartsWith("helm upgrade my-release ", StringComparison.Ordinal)
            && line.Contains("--reuse-values", StringComparison.Ordinal));
        Assert.Empty(result.Warnings);
        Assert.True((await stage.InstanceAsync()).MonitorInValues);

        stage.Stage.Cluster.Requests.Clear();
        Assert.Equal(
            ResourceAction.Unchanged,
            (await stage.OneAsync($"Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $folder/none {options}")).Action);
        Assert.Equal(ResourceAction.Unchanged, (await stage.OneAsync($"Enable-MilvusServiceMonitor my-release {options}")).Action);
        Assert.Empty(stage.Stage.Cluster.Requests.Writes);
        Assert.Equal(["superseded", "deployed"], stage.Statuses());
    }

    [Theory]
    [InlineData(RealHelm.Newest, "milvus")]
    [InlineData(RealHelm.Newest, "vectors")]
    [InlineData(RealHelm.Three, "milvus")]
    public async Task A_subchart_two_levels_down_gets_by_helm_what_Native_applies(string helm, string name)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        stage.CopyChart("platform/charts/rag/charts/milvus", text => text);
        var alias = name == "milvus" ? string.Empty : $", alias: {name}";
        stage.Stage.WriteFile("platform/charts/rag/Chart.yaml", $$"""
            apiVersion: v2
            name: rag
            version: 1.0.0
            dependencies: [{name: milvus, version: "*"{{alias}}}]
            """);
        stage.Stage.WriteFile("platform/Chart.yaml", """
            apiVersion: v2
            name: platform
            version: 0.3.0
            dependencies: [{name: rag, version: 1.0.0}]
            """);
        await stage.HelmAsync("install", "my-release", $"{stage.Stage.Folder}/platform", "--set", $"rag.{name}.cluster.enabled=false");

        var instance = await stage.InstanceAsync();
        Assert.Equal((MilvusManager.Helm, $"my-release-{name}-standalone"), (instance.ManagedBy, instance.MonitorName));
        await stage.OneAsync("Enable-MilvusServiceMonitor my-release -Interval 1m");
        var native = Assert.Single(stage.Monitors());
        await stage.OneAsync("Disable-MilvusServiceMonitor my-release");

        var made = await stage.OneAsync(
            "Enable-MilvusServiceMonitor my-release -Interval 1m -Method Helm -HelmPath $helm -Chart $folder/platform");
        Assert.Equal(ResourceAction.Created, made.Action);
        var byHelm = Assert.Single(stage.Monitors());
        Assert.True(JsonNode.DeepEquals(native, byHelm), $"native {native.ToJsonString()}\nhelm   {byHelm.ToJsonString()}");
        Assert.True((await stage.InstanceAsync()).MonitorInValues);
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task The_user_s_values_survive_to_the_bit(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        var values = stage.Stage.WriteFile("values.yaml", """
            dotted.key: {"a.b/c": "x,y=z", "back\\slash[0]": {}}
            multi: |
              one
                "two"
              - three

            gone: null
            nested: {nothing: null, list: [1, null, {"k": null}]}
            cluster: {enabled: true, unused: null}
            metrics: {serviceMonitor: {additionalLabels: null}, kept: yes}
            round: 1000000
            float: 1.5e300
            text: "012"
            other: "é😀\u2028 1"
            """);
        await stage.HelmAsync(
            "install", "my-release", RealHelm.Chart, "--values", values,
            "--set", @"big=9007199254740993,x\.y.z\=w=-9223372036854775807,items[0].n=9007199254740995,items[1]=a\,b",
            "--set", "items[2].password=😀\u2028\"'\\\\,items[3]=null,int=2000000");
        var before = stage.Config();
        Assert.Equal("9007199254740995", before["items"]![0]!["n"]!.ToJsonString());

        (await stage.EnableAsync("-AdditionalLabel @{ team = 'a' }")).EnsureNoError();

        var after = stage.Config();
        Assert.Equal("""{"additionalLabels":{"team":"a"},"enabled":true}""", after["metrics"]!["serviceMonitor"]!.ToJsonString());
        after["metrics"]!["serviceMonitor"] = before["metrics"]!["serviceMonitor"]!.DeepClone();
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
    }

    /// <summary>
    /// What a template writes as it is, such as <c>{{ .Values.size }}</c>, helm would write as 2e+06 in the second revision; in another
    /// form Milvus might restart.
    /// </summary>
    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task Numbers_are_rendered_as_they_were(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        var values = stage.Stage.WriteFile("values.yaml", "fromFile: 3000000\nlist: [4000000]\n");
        var chart = stage.CopyChart(
            "numbers",
            text =>
                text.Replace(
                    "spec:",
                    "  annotations: {numbers: \"{{ .Values.set }} {{ .Values.fromFile }} {{ .Values.items }} {{ .Values.list }}\"}\nspec:",
                    StringComparison.Ordinal),
            "service.yaml");
        await stage.HelmAsync("install", "my-release", chart, "--values", values, "--set", "set=2000000,items[0]=5000000,items[1]=a");
        var before = Numbers();
        Assert.Equal("2000000 3e+06 [5000000 a] [4e+06]", before);
        (
            await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $helm -Chart $folder/numbers")
        ).EnsureNoError();
        Assert.Equal(before, Numbers());

        string? Numbers() =>
            (string?)stage.Stage.Cluster.Find("v1", "Service", "default", "my-release-milvus")!["metadata"]!["annotations"]!["numbers"];
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task Native_and_Helm_follow_one_another_in_any_order(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);

        await stage.OneAsync("Enable-MilvusServiceMonitor my-release -Interval 15s -AdditionalLabel @{ team = 'a' }");
        var byHelm = Assert.Single((await stage.EnableAsync()).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "30s"), (byHelm.Action, byHelm.Interval));
        var longer = Assert.Single((await stage.EnableAsync("-Interval 2m")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "2m"), (longer.Action, longer.Interval));

        // What the values keep is changed there, and left out means what they say.
        Assert.Equal("2m", (await stage.OneAsync("Enable-MilvusServiceMonitor my-release")).Interval);
        Assert.Contains(
            "-Method Helm",
            (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Interval 15s")).OnlyError(ErrorId.FieldConflict),
            StringComparison.Ordinal);
        Assert.Equal(
            ResourceAction.Unchanged,
            Assert.Single((await stage.EnableAsync()).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);

        await stage.OneAsync("Disable-MilvusServiceMonitor my-release");
        Assert.Equal(
            ResourceAction.Created,
            Assert.Single((await stage.EnableAsync()).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);
        await stage.OneAsync("Disable-MilvusServiceMonitor my-release");
        Assert.Equal(ResourceAction.Created, (await stage.OneAsync("Enable-MilvusServiceMonitor my-release")).Action);
        await stage.HelmAsync("upgrade", "my-release", RealHelm.Chart, "--reuse-values", "--set", "metrics.serviceMonitor.enabled=false");
        Assert.Empty(stage.Monitors());
    }

    [Fact]
    public async Task Helm_4_goes_on_with_what_helm_3_has_installed()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        await RealHelm
            .Find(RealHelm.Three)
            .RunAsync(stage.Stage.Kubeconfig, stage.Stage.Folder, "default", "install", "my-release", RealHelm.Chart);
        await stage.OneAsync("Enable-MilvusServiceMonitor my-release -Interval 15s");
        var byHelm = Assert.Single((await stage.EnableAsync()).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "30s"), (byHelm.Action, byHelm.Interval));
    }

    [Fact]
    public async Task What_another_has_changed_and_helm_3_leaves_so_is_a_warning()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Three);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart, "--set", "metrics.serviceMonitor.enabled=true");
        var monitor = stage.Stage.Monitor("my-release-milvus")!;
        monitor["spec"]!["endpoints"]![0]!["interval"] = "5m";
        stage.Stage.Cluster.Put(monitor, "kubectl-edit");
        var result = (await stage.EnableAsync()).EnsureNoError();
        Assert.Contains("different from the values", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("5m", Assert.Single(result.OutputOf<MilvusServiceMonitor>()).Interval);
    }

    [Fact]
    public async Task WhatIf_shows_the_values_and_runs_no_upgrade()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        stage.Stage.Cluster.Requests.Clear();
        var result = (await stage.EnableAsync("-Interval 15s -WhatIf")).EnsureNoError();
        Assert.True(Assert.Single(result.OutputOf<MilvusServiceMonitor>()).IsPlan);
        Assert.Contains(result.HostLines, line =>
            line.Contains("Upgrade the Helm release default/my-release", StringComparison.Ordinal)
            && line.Contains("\"interval\":\"15s\"", StringComparison.Ordinal));
        Assert.Empty(stage.Stage.Cluster.Requests.Writes);
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task A_warning_of_helm_is_a_warning_and_LASTEXITCODE_stays(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        stage.CopyChart("chart", text => text + "deprecated: true\n");
        var result = (
            await stage.RunAsync(
                "$global:LASTEXITCODE = 7; $null = Enable-MilvusServiceMonitor my-release -Method Helm -HelmPath $helm -Chart "
                    + "$folder/chart; $LASTEXITCODE"
            )).EnsureNoError();
        Assert.Equal(7, Assert.Single(result.Output).BaseObject);
        Assert.Contains("chart is deprecated", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RealHelm.Newest)]
    [InlineData(RealHelm.Three)]
    public async Task A_failed_upgrade_is_one_error_with_helm_s_own_words_and_the_way_back(string helm)
    {
        await using var stage = await HelmStage.StartAsync(helm);
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        foreach (var method in (string[])["POST", "PATCH"])
        {
            stage.Stage.Cluster.Faults.Add(
                method,
                "/servicemonitors",
                Fault.Answer(HttpStatusCode.UnprocessableEntity, "Invalid", "no room for it"),
                times: null);
        }

        var error = (await stage.EnableAsync()).OnlyError(ErrorId.HelmFailed);
        Assert.Contains("no room for it", error, StringComparison.Ordinal);
        Assert.Contains("its revision 2 is failed", error, StringComparison.Ordinal);
        Assert.Contains("helm rollback my-release 1 --namespace default", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);

        stage.Stage.Cluster.Faults.Clear();
        (await stage.EnableAsync()).OnlyError(ErrorId.ReleaseNotDeployed);
        await stage.HelmAsync("rollback", "my-release", "1");
        (await stage.EnableAsync()).EnsureNoError();
    }

    [Fact]
    public async Task A_release_that_Helm_keeps_in_ConfigMaps_is_found_there()
    {
        await using var stage = await HelmStage.StartAsync(RealHelm.Newest);
        stage.Helm.Driver = "configmap";
        await stage.HelmAsync("install", "my-release", RealHelm.Chart);
        (await stage.EnableAsync()).EnsureNoError();
        Assert.NotNull(stage.Stage.Cluster.Find("v1", "ConfigMap", "default", "sh.helm.release.v1.my-release.v2"));
    }

    [Fact]
    public async Task Two_contexts_of_two_kubeconfigs_each_act_on_their_own_cluster()
    {
        await using var one = await HelmStage.StartAsync(RealHelm.Newest);
        await using var other = await HelmStage.StartAsync(RealHelm.Newest);
        await one.HelmAsync("install", "my-release", RealHelm.Chart);
        await other.HelmAsync("install", "my-release", RealHelm.Chart);
        var renamed = one.Stage.WriteFile(
            "other",
            (await File.ReadAllTextAsync(other.Stage.Kubeconfig, TestContext.Current.CancellationToken)).Replace(
                "embedded",
                "second",
                StringComparison.Ordinal));
        var both = one.Stage.Kubeconfig + Path.PathSeparator + renamed;
        var result = await one.Stage.Session.InvokeAsync(
            "param($both, $helm, $chart) @(Get-MilvusInstance -Kubeconfig $both) + @(Get-MilvusInstance -Kubeconfig $both -Context "
                + "second) | Enable-MilvusServiceMonitor -Method Helm -HelmPath $helm -Chart $chart",
            new { both, helm = one.HelmPath, chart = RealHelm.Chart });
        Assert.Equal(2, result.EnsureNoError().OutputOf<MilvusServiceMonitor>().Select(monitor => monitor.Context).Distinct().Count());
        Assert.Single(one.Monitors());
        Assert.Single(other.Monitors());
        Assert.Equal(["superseded", "deployed", "superseded", "deployed"], one.Statuses().Concat(other.Statuses()));
    }
}
