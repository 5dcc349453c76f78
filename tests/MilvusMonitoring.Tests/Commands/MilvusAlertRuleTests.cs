using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of alert rules on an embedded cluster, and those that need one.</summary>
public sealed class MilvusAlertRuleTests : AlertRuleStories
{
    private const string Group = "monitoring.coreos.com/v1";

    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task Rules_go_beside_a_Prometheus_that_selects_there_only_and_get_the_labels_by_which_it_selects()
    {
        await using var stage = (Stage)await StartWithMilvusAsync();
        (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        Select(stage, """{"ruleSelector":{"matchLabels":{"prometheus":"k8s","role":"alert-rules"} } }""");

        var moved = (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c -Verbose")).EnsureNoError();

        var rule = stage.Cluster.Find(Group, "PrometheusRule", "monitoring", "milvus-default.my-release")!;
        Assert.Equal(
            ("k8s", "alert-rules"),
            ((string?)rule["metadata"]!["labels"]!["prometheus"], (string?)rule["metadata"]!["labels"]!["role"]));
        Assert.Null(stage.Cluster.Find(Group, "PrometheusRule", "default", "milvus-my-release"));
        Assert.Contains(moved.Verbose, line => line.Contains("are in namespace monitoring", StringComparison.Ordinal));
        Assert.Contains(moved.Verbose, line => line.Contains("prometheus=k8s,role=alert-rules", StringComparison.Ordinal));

        Select(stage, """{"ruleSelector":{"matchLabels":{"release":"kps"} },"ruleNamespaceSelector":{} }""");
        (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        rule = stage.Cluster.Find(Group, "PrometheusRule", "default", "milvus-my-release")!;
        Assert.Equal("kps", (string?)rule["metadata"]!["labels"]!["release"]);
        Assert.Null(stage.Cluster.Find(Group, "PrometheusRule", "monitoring", "milvus-default.my-release"));

        Select(stage, "{}");
        var refused = (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        Assert.Contains(refused.Warnings, line => line.Contains("Prometheus/monitoring/k8s has no ruleSelector", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Some_rules_of_a_Milvus_are_not_taken_for_all_and_all_of_them_go_at_once()
    {
        await using var stage = (Stage)await StartWithMilvusAsync();
        const string Rules = "Get-MilvusInstance -Kubeconfig $c | Enable-MilvusAlertRule";
        var made = (await stage.RunAsync(Rules)).EnsureNoError().OutputOf<MilvusAlertRule>();
        var count = made.Count(rule => rule.Action == ResourceAction.Created);
        stage.ForgetWrites();

        var refused = (await stage.RunAsync($"{Rules} | Where-Object Name -eq MilvusSearchSlow | Disable-MilvusAlertRule"))
            .OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains($"Only 1 of the {count} alert rules of 'my-release' came from the pipeline", refused, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);

        const string Serializer = "[Management.Automation.PSSerializer]";
        var gone = await stage.RunAsync(
            $"{Serializer}::Deserialize({Serializer}::Serialize(@({Rules}), 3)) | Disable-MilvusAlertRule");
        Assert.Equal(count, gone.EnsureNoError().OutputOf<MilvusAlertRule>().Count);
        Assert.Single(stage.Writes);
    }

    [Fact]
    public async Task A_Milvus_whose_name_is_no_name_of_an_object_gets_rules_and_receivers()
    {
        await using var stage = (Stage)await StartAsync(StartingPoint.Stack);
        var milvus = new SampleMilvus { Name = "My_Vectors", Namespace = "default" };
        var service = milvus.Service();
        service["metadata"]!["name"] = "vectors";
        await stage.Objects.PutAsync(service);

        var made = (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Enable-MilvusAlertRule")).EnsureNoError();
        Assert.All(made.OutputOf<MilvusAlertRule>(), rule => Assert.Equal("My_Vectors", rule.Instance));
        Assert.Matches("^milvus-my-vectors-[0-9a-f]{8}$", (string)Assert.Single(OwnRules(stage))["metadata"]!["name"]!);
        var receiver = await stage.RunAsync(
            "Get-MilvusInstance -Kubeconfig $c | Set-MilvusAlertReceiver -Webhook http://relay.ops.svc:8080/alerts");
        Assert.Matches(
            "^webhook-default-my-vectors-[0-9a-f]{8}$",
            Assert.Single(receiver.EnsureNoError().OutputOf<MilvusAlertReceiver>()).Name);

        (await stage.RunAsync("Disable-MilvusAlertRule My_Vectors -Kubeconfig $c")).EnsureNoError();
        Assert.Empty(OwnRules(stage));
    }

    [Fact]
    public async Task Rules_that_are_all_left_out_are_refused_and_a_name_that_none_has_is_an_error()
    {
        await using var stage = (Stage)await StartWithMilvusAsync();
        stage.ForgetWrites();
        var refused = await stage.RunAsync("Enable-MilvusAlertRule my-release -Exclude * -Kubeconfig $c");
        Assert.Contains("Disable-MilvusAlertRule", refused.OnlyError(ErrorId.ParameterInvalid), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);

        (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();
        const string Get = "Get-MilvusAlertRule my-release -PrometheusUri http://127.0.0.1:1 -Kubeconfig $c";
        var errors = (await stage.RunAsync($"{Get} MilvusSerchSlow")).Errors;
        Assert.Contains(errors, error =>
            error.FullyQualifiedErrorId.StartsWith(ErrorId.ObjectNotFound, StringComparison.Ordinal)
            && error.ToString().Contains("similar names: 'MilvusSearchSlow'", StringComparison.Ordinal));
        Assert.DoesNotContain(ErrorId.ObjectNotFound, (await stage.RunAsync($"{Get} MilvusSerch*")).ErrorIds);
    }

    [Fact]
    public async Task An_uninstallation_takes_the_rules_with_their_kind_and_says_so()
    {
        await using var stage = (Stage)await StartWithMilvusAsync();
        (await stage.RunAsync("Enable-MilvusAlertRule my-release -Kubeconfig $c")).EnsureNoError();

        const string Note = "deletes with CustomResourceDefinition/prometheusrules.monitoring.coreos.com the alert rules of Milvus";
        var plan = (await stage.UninstallAsync("-WhatIf")).EnsureNoError();
        Assert.Contains(plan.HostLines.Concat(plan.Warnings), line => line.Contains(Note, StringComparison.Ordinal));
        Assert.Empty((await stage.UninstallAsync()).EnsureNoError().Warnings);
        Assert.False(await stage.Objects.TellsOfAsync(Group, "PrometheusRule"));
    }

    private static IEnumerable<JsonObject> OwnRules(Stage stage) => stage.Cluster
        .List(Group, "PrometheusRule")
        .Where(rule => (string?)rule["metadata"]!["labels"]!["app.kubernetes.io/part-of"] == "milvus");

    private static void Select(Stage stage, string selectors)
    {
        var prometheus = stage.Cluster.Find(Group, "Prometheus", "monitoring", "k8s")!;
        var spec = prometheus["spec"]!.AsObject();
        foreach (var name in (string[])["ruleSelector", "ruleNamespaceSelector"])
        {
            spec.Remove(name);
        }

        foreach (var (name, value) in JsonNode.Parse(selectors)!.AsObject())
        {
            spec[name] = value!.DeepClone();
        }

        prometheus["metadata"]!.AsObject().Remove("managedFields");
        stage.Cluster.Put(prometheus, "somebody");
    }
}
