using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Alert rules of Milvus on any cluster.</summary>
public abstract class AlertRuleStories : ClusterStories
{
    private const string Group = "monitoring.coreos.com/v1";
    private const string Name = "milvus-my-release";
    private const string Enable = "Enable-MilvusAlertRule my-release -Kubeconfig $c ";

    private static readonly (string Parameters, string Text)[] s_badInput =
    [
        ("-Threshold @{ MilvusSearchSlo = '2s' }", "No alert rule is named 'MilvusSearchSlo'"),
        ("-Threshold @{ MilvusSearchSlow = 2 }", "'2' is not a valid threshold for MilvusSearchSlow"),
        ("-Threshold @{ MilvusNoProxy = 2 }", "MilvusNoProxy has no threshold"),
        ("-For @{ MilvusNoProxy = 'long' }", "'long' is not a valid duration"),
        ("-Exclude Nothing*", "No alert rule is named 'Nothing*'"),
        ("-Exclude '[a'", "'[a' is not a valid wildcard pattern"),
        ("-AdditionalLabel @{ 'bad key' = 'x' }", "'bad key' is not a label key"),
        ("-AdditionalLabel @{ 'app.kubernetes.io/managed-by' = 'x' }", "the module's own"),
        ("-RunbookUri runbooks", "is not the address"),
    ];

    [Fact]
    public async Task Rules_are_made_once_changed_by_options_and_taken_away()
    {
        await using var stage = await StartWithMilvusAsync();
        var made = await RulesAsync(stage, "Get-MilvusInstance -Kubeconfig $c | Enable-MilvusAlertRule");
        Assert.Equal(["MilvusFileSystemFails"], made.Where(rule => rule.Action == ResourceAction.Skipped).Select(rule => rule.Name));
        Assert.All(made.Where(rule => rule.Name != "MilvusFileSystemFails"), rule => Assert.Equal(ResourceAction.Created, rule.Action));
        var live = (await FindAsync(stage))!;
        Assert.Equal("default/my-release", (string?)live["metadata"]!["annotations"]!["milvus-monitoring/alerts-of"]);
        var alerts = Alerts(live).ToList();
        Assert.Equal(made.Count - 1, alerts.Count);
        Assert.All(alerts, alert =>
        {
            Assert.Equal(("default", "my-release"), ((string?)alert["labels"]!["namespace"], (string?)alert["labels"]!["app_kubernetes_io_instance"]));
            Assert.Null(alert["annotations"]!["runbook_url"]);
        });

        stage.ForgetWrites();
        Assert.All(await RulesAsync(stage, Enable), rule =>
            Assert.True(rule.Action is ResourceAction.Unchanged or ResourceAction.Skipped, $"{rule} {rule.Action}"));
        Assert.Empty(stage.Writes);

        var changed = await RulesAsync(
            stage,
            Enable + "-Threshold @{ MilvusSearchSlow = '2s' } -For @{ MilvusNoProxy = [timespan]'00:01:00' } -Exclude MilvusCpu*");
        Assert.Equal(
            ["MilvusNoProxy Configured", "MilvusSearchSlow Configured", "MilvusCpuNearLimit Deleted", "MilvusCpuThrottled Deleted"],
            changed
                .Where(rule => rule.Action is ResourceAction.Configured or ResourceAction.Deleted)
                .Select(rule => $"{rule.Name} {rule.Action}"));
        var after = Alerts((await FindAsync(stage))!).ToDictionary(alert => (string)alert["alert"]!);
        Assert.EndsWith(" > 2000", (string?)after["MilvusSearchSlow"]["expr"], StringComparison.Ordinal);
        Assert.Equal("1m", (string?)after["MilvusNoProxy"]["for"]);

        var labelled = await RulesAsync(stage, Enable + "-AdditionalLabel @{ team = 'search' } -RunbookUri https://runbooks.example/alerts/");
        Assert.Equal("https://runbooks.example/alerts/MilvusNoProxy.md", labelled.Single(rule => rule.Name == "MilvusNoProxy").RunbookUri);
        Assert.Equal("search", (string?)(await FindAsync(stage))!["metadata"]!["labels"]!["team"]);

        var gone = await RulesAsync(stage, "Disable-MilvusAlertRule my-release -Kubeconfig $c");
        Assert.Equal(alerts.Count, gone.Count(rule => rule.Action == ResourceAction.Deleted));
        Assert.Null(await FindAsync(stage));
        Assert.Empty(await RulesAsync(stage, "Disable-MilvusAlertRule my-release -Kubeconfig $c"));
    }

    [Fact]
    public async Task Bad_input_is_refused_and_WhatIf_shows_the_plan_both_without_a_write()
    {
        await using var stage = await StartWithMilvusAsync();
        stage.ForgetWrites();
        foreach (var (parameters, text) in s_badInput)
        {
            var error = (await stage.RunAsync(Enable + parameters)).OnlyError(ErrorId.ParameterInvalid);
            Assert.Contains(text, error, StringComparison.Ordinal);
        }

        var plan = (await stage.RunAsync(Enable + "-WhatIf")).EnsureNoError();
        Assert.All(plan.OutputOf<MilvusAlertRule>(), rule => Assert.True(rule.IsPlan));
        Assert.Contains(plan.HostLines, line => line.Contains($"Create PrometheusRule/default/{Name}", StringComparison.Ordinal));
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_rule_whose_metric_the_version_does_not_have_comes_with_the_upgrade_of_Milvus()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        await stage.PutAsync(new SampleMilvus { AppVersion = "2.4.0" });
        var old = await RulesAsync(stage, Enable);
        var left = old.Single(rule => rule.Name == "MilvusRequestsQueue");
        Assert.Equal(
            (ResourceAction.Skipped, "left out: Milvus 2.4.0 has no metric milvus_proxy_req_in_queue_latency"),
            (left.Action, left.Message));

        await stage.PutReleaseAsync(new SampleMilvus { Revision = 2, AppVersion = "2.4.24" });
        var upgraded = await RulesAsync(stage, Enable);
        Assert.Equal(ResourceAction.Created, upgraded.Single(rule => rule.Name == "MilvusRequestsQueue").Action);

        await stage.PutReleaseAsync(new SampleMilvus { Revision = 3, AppVersion = "latest" });
        var unknown = (await stage.RunAsync(Enable)).EnsureNoError();
        Assert.DoesNotContain(unknown.OutputOf<MilvusAlertRule>(), rule => rule.Action == ResourceAction.Skipped);
        Assert.Contains(unknown.Warnings, line => line.Contains("is not known (latest)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_of_others_stay_and_what_has_to_come_first_is_named()
    {
        await using var bare = await StartAsync();
        await bare.PutAsync(new SampleMilvus());
        Assert.Contains(
            "run Install-KubePrometheus first",
            (await bare.RunAsync(Enable)).OnlyError(ErrorId.KindNotFound),
            StringComparison.Ordinal);
        await bare.InstalledAsync();
        await bare.PutAsync(
            $$"""{"apiVersion":"{{Group}}","kind":"PrometheusRule","metadata":{"name":"{{Name}}","namespace":"default"},"spec":{"groups":[]} }""",
            "somebody");
        bare.ForgetWrites();
        Assert.Contains("belongs to somebody", (await bare.RunAsync(Enable)).OnlyError(ErrorId.FieldConflict), StringComparison.Ordinal);
        Assert.Empty(await RulesAsync(bare, "Disable-MilvusAlertRule my-release -Kubeconfig $c"));
        Assert.Contains(
            "'my-release'",
            (await bare.RunAsync("Disable-MilvusAlertRule my-relase -Kubeconfig $c")).OnlyError(ErrorId.InstanceNotFound),
            StringComparison.Ordinal);
        Assert.Empty(bare.Writes);
        Assert.NotNull(await FindAsync(bare));
    }

    [Fact]
    public async Task Rules_of_a_Milvus_that_is_gone_can_be_taken_away()
    {
        await using var stage = await StartWithMilvusAsync();
        await stage.PutAsync(new SampleMilvus { Name = "second", Namespace = "db" });
        (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Enable-MilvusAlertRule")).EnsureNoError();
        await stage.Objects.RemoveAsync("v1", "Secret", "db", "sh.helm.release.v1.second.v1");
        await stage.Objects.RemoveAsync("v1", "Service", "db", "second-milvus");

        var gone = await RulesAsync(stage, "Disable-MilvusAlertRule second -Kubeconfig $c");
        Assert.All(gone, rule => Assert.Equal((ResourceAction.Deleted, "db", "second"), (rule.Action, rule.Namespace, rule.Instance)));
        Assert.NotEmpty(gone);
    }

    private static async Task<IReadOnlyList<MilvusAlertRule>> RulesAsync(ClusterStage stage, string script) =>
        (await stage.RunAsync(script)).EnsureNoError().OutputOf<MilvusAlertRule>();

    private static Task<JsonObject?> FindAsync(ClusterStage stage) => stage.Objects.FindAsync(Group, "PrometheusRule", "default", Name);

    private static IEnumerable<JsonObject> Alerts(JsonObject rule) =>
        rule["spec"]!["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(alert => alert!.AsObject());

    private protected async Task<ClusterStage> StartWithMilvusAsync()
    {
        var stage = await StartAsync(StartingPoint.Stack);
        await stage.PutAsync(new SampleMilvus());
        return stage;
    }
}
