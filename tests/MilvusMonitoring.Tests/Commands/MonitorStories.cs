using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>ServiceMonitors of Milvus on any cluster.</summary>
public abstract class MonitorStories : ClusterStories
{
    private protected const string Name = "my-release-milvus-standalone";
    private const string Enable = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c ";

    private static readonly JsonObject Standalone = JsonNode.Parse("""{"cluster":{"enabled":false}}""")!.AsObject();

    private static readonly (string Parameters, string Text)[] s_badInput =
    [
        ("-Interval '5 minutes'", "'5 minutes' is not an interval"),
        ("-Interval 5s", "longer than the interval 5s"),
        ("-AdditionalLabel @{ 'bad key' = 'x' }", "'bad key' is not a label key"),
        ("-AdditionalLabel @{ team = 'a b' }", "'a b' is not a value"),
        ("-AdditionalLabel @{ 'app.kubernetes.io/name' = 'x' }", "the chart's own"),
    ];

    /// <summary>What a Prometheus selects, and what the warning says; null for no warning.</summary>
    private static readonly (string Spec, string? Text)[] s_selections =
    [
        (
            """{"serviceMonitorSelector":{"matchLabels":{"app.kubernetes.io/name":"other"}},"serviceMonitorNamespaceSelector":{}}""",
            "app.kubernetes.io/name=other"
        ),
        ("""{"serviceMonitorSelector":{}}""", "own namespace"),
        (
            """{"serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{"matchLabels":{"a":"b"}}}""",
            "namespaces with a=b"
        ),
        ("{}", "no serviceMonitorSelector"),
        ("""{"serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{}}""", null),
    ];

    [Fact]
    public async Task The_chart_s_ServiceMonitor_is_made_once_with_Helm_s_ownership_and_shown_with_what_it_selects()
    {
        await using var stage = await StartWithMilvusAsync();
        await stage.PutWorkloadAsync(new SampleMilvus());
        var made = Assert.Single(
            (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Enable-MilvusServiceMonitor | Get-MilvusServiceMonitor"))
                .EnsureNoError()
                .OutputOf<MilvusServiceMonitor>());
        Assert.Equal($"ServiceMonitor/default/{Name}", made.ToString());
        Assert.Equal(("my-release", "30s", "10s"), (made.Instance, made.Interval, made.ScrapeTimeout));
        Assert.Equal((1, 1), (made.Endpoints, made.ReadyEndpoints));
        Assert.Equal(["my-release-milvus", "helm"], made.Services.Concat(made.Managers));
        Assert.InRange(made.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Equal("my-release", (string?)(await stage.MonitorAsync(Name))!["metadata"]!["annotations"]!["meta.helm.sh/release-name"]);

        stage.ForgetWrites();
        var again = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal(ResourceAction.Unchanged, again.Action);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task Interval_timeout_and_labels_are_laid_over_the_values_and_taken_back_when_left_out()
    {
        await using var stage = await StartWithMilvusAsync();
        var first = (
            await stage.RunAsync(Enable + "-Interval 1m -ScrapeTimeout 20s -AdditionalLabel @{ release = 'kps' } -Verbose")
        ).EnsureNoError();
        var made = Assert.Single(first.OutputOf<MilvusServiceMonitor>());
        Assert.Equal(
            (ResourceAction.Created, "1m", "20s", "kps"),
            (made.Action, made.Interval, made.ScrapeTimeout, made.Labels["release"]));
        Assert.Contains(first.Verbose, line =>
            line.Contains("metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.interval=1m", StringComparison.Ordinal));

        var again = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "30s"), (again.Action, again.Interval));
        Assert.DoesNotContain("release", again.Labels.Keys);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_is_written()
    {
        await using var stage = await StartWithMilvusAsync();
        stage.ForgetWrites();
        foreach (var (parameters, text) in s_badInput)
        {
            var error = (await stage.RunAsync(Enable + parameters)).OnlyError(ErrorId.ParameterInvalid);
            Assert.Contains(text, error, StringComparison.Ordinal);
        }

        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await StartWithMilvusAsync();
        stage.ForgetWrites();
        var result = (await stage.RunAsync(Enable + "-WhatIf")).EnsureNoError();
        var plan = Assert.Single(result.OutputOf<MilvusServiceMonitor>());
        Assert.Equal((true, ResourceAction.ToCreate, Name), (plan.IsPlan, plan.Action, plan.Name));
        Assert.Contains(result.HostLines, line => line.Contains($"Create ServiceMonitor/default/{Name}", StringComparison.Ordinal));
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task One_name_in_two_namespaces_asks_for_the_namespace()
    {
        await using var stage = await StartWithMilvusAsync();
        await stage.PutAsync(new SampleMilvus { Namespace = "db" });
        Assert.Contains("db, default", (await stage.RunAsync(Enable)).OnlyError(ErrorId.InstanceAmbiguous), StringComparison.Ordinal);
        Assert.Equal(
            "db",
            Assert.Single((await stage.RunAsync(Enable + "-Namespace db")).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Namespace);
    }

    [Fact]
    public async Task Another_s_ServiceMonitor_of_that_name_stays_as_it_is()
    {
        await using var stage = await StartWithMilvusAsync();
        await stage.PutAsync(
            $$$"""{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{Name}}}","namespace":"default"},"spec":{"selector":{"matchLabels":{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"}},"endpoints":[]} }""",
            "kubectl");
        (await stage.RunAsync(Enable)).OnlyError(ErrorId.FieldConflict);
        var result = (await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Equal(ResourceAction.Skipped, Assert.Single(result.OutputOf<MilvusServiceMonitor>()).Action);
        Assert.Single(result.Warnings);
        Assert.NotNull(await stage.MonitorAsync(Name));
    }

    [Fact]
    public async Task What_the_values_or_another_manager_keep_otherwise_is_a_conflict_that_says_where_to_change_it()
    {
        await using var stage = await StartWithMilvusAsync();
        (await stage.RunAsync(Enable)).EnsureNoError();
        var monitor = (await stage.MonitorAsync(Name))!;
        await stage.Objects.RemoveAsync("monitoring.coreos.com/v1", "ServiceMonitor", "default", Name);
        monitor["metadata"]!.AsObject().Remove("managedFields");
        await stage.Objects.PutAsync(monitor, "helm");
        var values = Standalone.DeepClone().AsObject();
        values["metrics"] = JsonNode.Parse("""{"serviceMonitor":{"enabled":true}}""");
        await stage.PutReleaseAsync(new SampleMilvus { Revision = 2, Values = values });

        Assert.Equal(
            ResourceAction.Unchanged,
            Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);
        var error = (await stage.RunAsync(Enable + "-Interval 15s")).OnlyError(ErrorId.FieldConflict);
        Assert.Contains("-Method Helm", error, StringComparison.Ordinal);
        Assert.Contains("metrics.serviceMonitor.interval=15s", error, StringComparison.Ordinal);

        monitor = (await stage.MonitorAsync(Name))!;
        monitor["spec"]!["endpoints"]![0]!["interval"] = "5m";
        await stage.Objects.PutAsync(monitor, "kubectl-edit");
        Assert.Contains("'kubectl-edit' owns", (await stage.RunAsync(Enable)).OnlyError(ErrorId.FieldConflict), StringComparison.Ordinal);

        var gone = (await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Contains("metrics.serviceMonitor.enabled=false", Assert.Single(gone.Warnings), StringComparison.Ordinal);
        Assert.Null(await stage.MonitorAsync(Name));
    }

    [Fact]
    public async Task Disable_takes_away_what_Enable_made_also_when_the_release_is_gone()
    {
        await using var stage = await StartWithMilvusAsync();
        (await stage.RunAsync(Enable)).EnsureNoError();
        var pipeline =
            "Get-MilvusServiceMonitor -AllNamespaces -Kubeconfig $c | Where-Object Kind -eq ServiceMonitor | Disable-MilvusServiceMonitor ";
        var plan = Assert.Single((await stage.RunAsync(pipeline + "-WhatIf")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((true, ResourceAction.ToDelete), (plan.IsPlan, plan.Action));
        Assert.NotNull(await stage.MonitorAsync(Name));

        await stage.Objects.RemoveAsync("v1", "Secret", "default", "sh.helm.release.v1.my-release.v1");
        Assert.Equal(
            ResourceAction.Deleted,
            Assert.Single((await stage.RunAsync(pipeline)).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);
        Assert.Null(await stage.MonitorAsync(Name));
        Assert.Empty((await stage.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError().Output);
    }

    [Fact]
    public async Task A_Milvus_of_the_Operator_has_its_metrics_turned_on_and_its_PodMonitor_shown()
    {
        await using var stage = await StartAsync(StartingPoint.Definitions);
        await stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        await stage.PutAsync(
            """{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"op","namespace":"default"},"spec":{"components":{"disableMetric":true,"replicas":2}}}"""
        );
        Assert.True(
            Assert
                .Single(
                    (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c -WhatIf"))
                        .EnsureNoError()
                        .OutputOf<MilvusServiceMonitor>())
                .IsPlan);
        var turnedOn = Assert.Single(
            (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "PodMonitor", null), (turnedOn.Action, turnedOn.Kind, turnedOn.CreatedAt));
        Assert.Equal(
            """{"disableMetric":false,"replicas":2}""",
            (await stage.Objects.FindAsync("milvus.io/v1beta1", "Milvus", "default", "op"))!["spec"]!["components"]!.ToJsonString());

        var uid = (string?)(await stage.Objects.FindAsync("milvus.io/v1beta1", "Milvus", "default", "op"))!["metadata"]!["uid"];
        await stage.PutAsync($$"""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"PodMonitor","metadata":{"name":"op","namespace":"default","ownerReferences":[{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","name":"op","uid":"{{uid}}"}]},
             "spec":{"selector":{"matchLabels":{"app.kubernetes.io/instance":"op"} },"podMetricsEndpoints":[{"port":"metrics","interval":"30s"}]} }
            """,
            "milvus-operator");
        var shown = Assert.Single(
            (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Unchanged, "op", "30s", 0), (shown.Action, shown.Instance, shown.Interval, shown.ReadyEndpoints));
        (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c -ScrapeTimeout 5s")).OnlyError(ErrorId.ParameterInvalid);
        var labelled = Assert.Single(
            (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c -Interval 10s -AdditionalLabel @{ release = 'kps' }"))
                .EnsureNoError()
                .OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Configured, "kps"), (labelled.Action, labelled.Labels["release"]));
        Assert.Equal(
            "10s",
            (string?)(await stage.Objects.FindAsync("milvus.io/v1beta1", "Milvus", "default", "op"))!["spec"]!["components"]![
                "metricInterval"
            ]);
        Assert.Equal(
            ResourceAction.Unchanged,
            Assert
                .Single(
                    (await stage.RunAsync("Enable-MilvusServiceMonitor op -Kubeconfig $c -Interval 10s -AdditionalLabel @{ release = 'kps' }"))
                        .EnsureNoError()
                        .OutputOf<MilvusServiceMonitor>())
                .Action);
        Assert.Equal(
            ResourceAction.Skipped,
            Assert
                .Single(
                    (await stage.RunAsync("Disable-MilvusServiceMonitor op -Kubeconfig $c"))
                        .EnsureNoError()
                        .OutputOf<MilvusServiceMonitor>())
                .Action);
    }

    [Fact]
    public async Task A_Prometheus_that_would_pass_it_over_is_a_warning()
    {
        await using var stage = await StartWithMilvusAsync();
        await stage.PutAsync("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"monitoring"} }""");
        foreach (var (spec, text) in s_selections)
        {
            await stage.PutAsync(
                $$$"""
                {"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus",
                 "metadata":{"name":"k8s","namespace":"monitoring"},"spec":{{{spec}}} }
                """);
            var warnings = (await stage.RunAsync(Enable)).EnsureNoError().Warnings;
            if (text is null)
            {
                Assert.DoesNotContain(warnings, warning => warning.Contains("No Prometheus", StringComparison.Ordinal));
            }
            else
            {
                Assert.Single(warnings, warning => warning.Contains(text, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Monitors_are_found_by_name_and_place_and_others_are_not_shown()
    {
        await using var stage = await StartWithMilvusAsync();
        Assert.Empty((await stage.RunAsync("Get-MilvusServiceMonitor -Kubeconfig $c")).EnsureNoError().Output);
        await stage.PutAsync(new SampleMilvus { Name = "second", Namespace = "db" });
        await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Enable-MilvusServiceMonitor");
        await stage.PutAsync(
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"grafana","namespace":"default"},"spec":{"selector":{"matchLabels":{"a":"b"}},"endpoints":[]}}"""
        );

        Assert.Equal(["second-milvus", Name], await NamesAsync("-AllNamespaces"));
        Assert.Equal([Name], await NamesAsync(""));
        Assert.Equal(["second-milvus"], await NamesAsync("second* -Namespace db"));
        Assert.Empty(await NamesAsync("second*"));
        Assert.Contains(
            $"'{Name}'",
            (await stage.RunAsync("Get-MilvusServiceMonitor my-release -Kubeconfig $c")).OnlyError(ErrorId.ObjectNotFound),
            StringComparison.Ordinal);
        Assert.Equal(
            "second-milvus",
            Assert
                .Single(
                    (await stage.RunAsync("Get-MilvusInstance second -Kubeconfig $c | Get-MilvusServiceMonitor"))
                        .EnsureNoError()
                        .OutputOf<MilvusServiceMonitor>())
                .Name);

        async Task<IEnumerable<string>> NamesAsync(string parameters) =>
            (await stage.RunAsync($"Get-MilvusServiceMonitor {parameters} -Kubeconfig $c"))
                .EnsureNoError()
                .OutputOf<MilvusServiceMonitor>()
                .Select(monitor => monitor.Name);
    }

    private protected async Task<ClusterStage> StartWithMilvusAsync()
    {
        var stage = await StartAsync(StartingPoint.Definitions);
        await stage.PutAsync(new SampleMilvus { Values = Standalone });
        return stage;
    }
}
