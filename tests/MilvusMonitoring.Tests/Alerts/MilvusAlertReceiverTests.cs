using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>Set-, Get- and Remove-MilvusAlertReceiver on an embedded cluster.</summary>
public sealed class MilvusAlertReceiverTests : ReceiverStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task WhatIf_shows_the_plan_and_writes_nothing()
    {
        await using var stage = await InstalledAsync();
        stage.ForgetWrites();
        var plan = Assert.Single((await stage.RunWithSecretAsync($"{SetWebhook} -WhatIf", Address)).EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.True(plan.IsPlan);
        Assert.Equal(ResourceAction.ToCreate, plan.Action);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task Two_Milvus_of_one_name_have_a_receiver_each_and_none_is_given_to_the_other()
    {
        await using var stage = await InstalledAsync();
        stage.PutMilvus();
        stage.PutMilvus(ns: "other");
        const string Pipe = "Get-MilvusInstance my-release -Kubeconfig $c | Set-MilvusAlertReceiver";
        (await stage.RunAsync($"{Pipe} -Webhook http://relay/")).EnsureNoError();
        var refused = await stage.RunAsync($"{Pipe} ops -Webhook http://relay/");

        Assert.Single(refused.OutputOf<MilvusAlertReceiver>());
        Assert.Contains(
            "The receiver 'ops' gets the alerts of default/my-release, not those of other/my-release",
            refused.OnlyError(ErrorId.ParameterInvalid),
            StringComparison.Ordinal);
        Assert.Equal(
            [("ops", "default"), ("webhook-default-my-release", "default"), ("webhook-other-my-release", "other")],
            (await stage.RunAsync("Get-MilvusAlertReceiver -Kubeconfig $c"))
                .OutputOf<MilvusAlertReceiver>()
                .Select(own => (own.Name, own.InstanceNamespace!)));
    }

    [Fact]
    public async Task Two_receivers_at_once_and_an_edit_between_lose_nothing()
    {
        await using var stage = await InstalledAsync();
        await using var other = await PowerShellSession.StartAsync();
        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(SetAsync(stage.Session, (2 * round) + 0), SetAsync(other, (2 * round) + 1));
        }

        Assert.Equal(
            ["r0", "r1", "r2", "r3"],
            ReceiverSections.Read(stage.AlertmanagerFile()).Receivers.Select(own => own.Name).Order());

        async Task SetAsync(PowerShellSession session, int index) => (await session.InvokeAsync(
            $"param($c) Set-MilvusAlertReceiver -Webhook http://relay-{index}/ -Name r{index} -Kubeconfig $c",
            new { c = stage.Kubeconfig })).EnsureNoError();
    }

    [Fact]
    public async Task An_AlertmanagerConfig_takes_the_alerts_of_one_Milvus_where_it_is_selected()
    {
        await using var stage = await InstalledAsync();
        await stage.SelectConfigsAsync();
        stage.PutMilvus();
        var before = stage.AlertmanagerFile();
        var set = await stage.RunWithSecretAsync(
            "Get-MilvusInstance my-release -Kubeconfig $c | Set-MilvusAlertReceiver -Slack $secret -Channel '#db' -Verbose",
            Address);
        set.HidesSecret("s3cr3t");
        var receiver = Assert.Single(set.EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.Equal("AlertmanagerConfig/default/milvus-alerts-slack-default-my-release", receiver.Resource);
        Assert.Equal("default/milvus-alerts-slack-default-my-release/slack-default-my-release", receiver.ReceiverName);
        Assert.Equal(("my-release", "default", "#db"), (receiver.Instance, receiver.InstanceNamespace, receiver.Target));
        Assert.Equal(before, stage.AlertmanagerFile());

        var configuration = AlertmanagerConfiguration.Parse(new AlertmanagerFiles(stage.Cluster).For("monitoring", "main")!.ToJsonString());
        var labels = new Dictionary<string, string>
        {
            ["alertname"] = "MilvusDown",
            ["severity"] = "info",
            ["namespace"] = "default",
            ["app_kubernetes_io_instance"] = "my-release",
        };
        Assert.Equal([receiver.ReceiverName], configuration.ListReceivers(labels).Select(found => found.Name));
        labels["app_kubernetes_io_instance"] = "other";
        Assert.Equal(["nobody"], configuration.ListReceivers(labels).Select(found => found.Name));

        var again = await stage.RunWithSecretAsync(
            "Get-MilvusInstance my-release -Kubeconfig $c | Set-MilvusAlertReceiver -Slack $secret -Channel '#db'",
            Address);
        Assert.Equal(ResourceAction.Unchanged, Assert.Single(again.EnsureNoError().OutputOf<MilvusAlertReceiver>()).Action);

        var config = stage.Cluster.Find("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "default", "milvus-alerts-slack-default-my-release")!;
        var secret = stage.Cluster.Find("v1", "Secret", "default", "milvus-alerts-slack-default-my-release")!;
        Assert.Equal((string?)config["metadata"]!["uid"], (string?)secret["metadata"]!["ownerReferences"]![0]!["uid"]);
        (await stage.RunAsync("Get-MilvusAlertReceiver slack* -Kubeconfig $c | Remove-MilvusAlertReceiver")).EnsureNoError();
        Assert.Null(stage.Cluster.Find("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "default", "milvus-alerts-slack-default-my-release"));
        Assert.Null(stage.Cluster.Find("v1", "Secret", "default", "milvus-alerts-slack-default-my-release"));
    }

    [Fact]
    public async Task The_reason_for_the_Secret_is_said()
    {
        await using var stage = await InstalledAsync();
        await stage.SelectConfigsAsync();
        var all = Assert.Single((await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.Contains("gets the alerts of its own namespace only", all.Message, StringComparison.Ordinal);

        await stage.SelectConfigsAsync("None");
        var one = Assert.Single(
            (await stage.RunWithSecretAsync($"{SetWebhook} -Name ops", Address)).EnsureNoError().OutputOf<MilvusAlertReceiver>());
        Assert.Equal("AlertmanagerConfig/monitoring/milvus-alerts-ops", one.Resource);
    }

    [Fact]
    public async Task A_secret_may_lie_in_a_Secret()
    {
        await using var stage = await InstalledAsync();
        await stage.SelectConfigsAsync();
        stage.PutMilvus();
        const string Set = "Get-MilvusInstance my-release -Kubeconfig $c | Set-MilvusAlertReceiver -PagerDuty pager/key";
        Assert.Contains("Secret/default/pager", (await stage.RunAsync(Set)).OnlyError(ErrorId.ObjectNotFound), StringComparison.Ordinal);
        stage.Put("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pager","namespace":"default"},"data":{"key":"YWJjZA=="}}""");
        (await stage.RunAsync(Set)).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Secret", "default", "milvus-alerts-pagerduty-default-my-release"));
        var made = new AlertmanagerFiles(stage.Cluster).For("monitoring", "main")!;
        Assert.Equal("abcd", (string?)made["receivers"]!.AsArray()[^1]!["pagerduty_configs"]![0]!["routing_key"]);
    }

    [Theory]
    [InlineData("-Webhook relay", "ParameterArgumentTransformationError")]
    [InlineData("-Webhook http://user:pw@host/", ErrorId.ParameterInvalid)]
    [InlineData("-Webhook 'http://host/?token=1'", ErrorId.ParameterInvalid)]
    [InlineData("-Webhook ftp://host/", ErrorId.ParameterInvalid)]
    [InlineData("-Webhook http://host/ -Name 'A b'", ErrorId.ParameterInvalid)]
    [InlineData("-Slack https://hooks.example.com/plain", "ParameterArgumentTransformationError")]
    [InlineData("-Slack $secret", ErrorId.ParameterInvalid)]
    [InlineData("-PagerDuty $secret", ErrorId.ParameterInvalid)]
    [InlineData("-Email nobody -From a@b -SmartHost h:25", ErrorId.ParameterInvalid)]
    [InlineData("-Email a@b -From a@b -SmartHost host", ErrorId.ParameterInvalid)]
    [InlineData("-Email a@b -From a@b -SmartHost h:65536", ErrorId.ParameterInvalid)]
    [InlineData("-Email a@b -From a@b -SmartHost h:0", ErrorId.ParameterInvalid)]
    [InlineData("-Email a@b -From a@b -SmartHost h:25 -UserName u", ErrorId.ParameterInvalid)]
    [InlineData("-Webhook http://host/ -AlertmanagerName other", ErrorId.ObjectNotFound)]
    public async Task What_Alertmanager_would_not_take_is_refused_before_anything_is_written(string parameters, string id)
    {
        await using var stage = await InstalledAsync();
        stage.ForgetWrites();
        var result = await stage.RunWithSecretAsync($"Set-MilvusAlertReceiver {parameters} -Kubeconfig $c", "n0 s3cr3t");
        result.HidesSecret("n0 s3cr3t");
        Assert.Equal([id], result.ErrorIds);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_receiver_that_loses_alerts_to_another_is_named_and_so_is_the_tool_that_keeps_the_Secret()
    {
        await using var stage = await InstalledAsync();
        var secret = stage.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!;
        secret["metadata"]!.AsObject().Remove("managedFields");
        secret["metadata"]!["labels"]!["app.kubernetes.io/managed-by"] = "Helm";
        const string File = "route: {receiver: ops}\nreceivers: [{name: ops, webhook_configs: [{url: 'http://ops/'}]}]\n";
        secret["data"]!["alertmanager.yaml"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(File));
        stage.Cluster.Put(secret, "helm");
        var result = (await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError();
        Assert.Contains(result.Warnings, warning => warning.Contains("no longer go to 'ops'", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Helm manages", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_Alertmanager_would_not_take_is_left_as_it_is()
    {
        await using var stage = await InstalledAsync();
        var secret = stage.Cluster.Find("v1", "Secret", "monitoring", "alertmanager-main")!;
        secret["metadata"]!.AsObject().Remove("managedFields");
        secret["data"]!["alertmanager.yaml"] = Convert.ToBase64String("route: {receiver: x}\nreceivers: []\n"u8);
        stage.Cluster.Put(secret, "somebody");
        stage.ForgetWrites();
        var said = (await stage.RunWithSecretAsync(SetWebhook, Address)).OnlyError(ErrorId.ReceiverNotAccepted);
        Assert.Contains("names the receiver 'x', which it does not have", said, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task Uninstallation_takes_receivers_and_dashboards_away_and_asks_with_a_line_for_each()
    {
        await using var stage = await InstalledAsync();
        (await stage.RunWithSecretAsync(SetWebhook, Address)).EnsureNoError();
        (await stage.RunAsync("Install-MilvusDashboard Overview -Kubeconfig $c")).EnsureNoError();
        var lines = (await stage.UninstallAsync("-WhatIf")).EnsureNoError().HostLines;
        Assert.Contains(
            lines,
            line => line.Contains("\n- deletes the alert receivers of Milvus in Secret/monitoring/alertmanager-main", StringComparison.Ordinal)
                && line.Contains("\n- deletes the dashboards of Milvus in ConfigMap/monitoring/", StringComparison.Ordinal));
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task Uninstallation_takes_AlertmanagerConfigs_and_their_Secrets_away()
    {
        await using var stage = await Stage.StartAsync();
        const string Definition =
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: alertmanagerconfigs.monitoring.coreos.com
            spec:
              group: monitoring.coreos.com
              names: {kind: AlertmanagerConfig, listKind: AlertmanagerConfigList, plural: alertmanagerconfigs, singular: alertmanagerconfig}
              scope: Namespaced
              versions:
              - name: v1alpha1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;
        var manifests = stage.CopyManifests("configs", folder =>
        {
            File.WriteAllText(Path.Combine(folder, "setup", "0alertmanagerConfigCustomResourceDefinition.yaml"), Definition);
            var path = Path.Combine(folder, "alertmanager-alertmanager.yaml");
            var selectors = "spec:\n  alertmanagerConfigSelector: {}\n  alertmanagerConfigNamespaceSelector: {}\n";
            File.WriteAllText(path, File.ReadAllText(path).Replace("spec:\n", selectors, StringComparison.Ordinal));
        });
        await stage.InstalledAsync(path: manifests);
        stage.PutMilvus();
        (await stage.RunWithSecretAsync("Get-MilvusInstance my-release -Kubeconfig $c | Set-MilvusAlertReceiver -Teams $secret", Address))
            .EnsureNoError();
        Assert.NotNull(stage.Cluster.Find("v1", "Secret", "default", "milvus-alerts-teams-default-my-release"));
        Assert.Equal(0, (await stage.InstalledAsync(path: manifests)).Configured);

        const string Note = "- deletes the alert receivers of Milvus in AlertmanagerConfig/default/milvus-alerts-teams-default-my-release";
        Assert.Contains(
            (await stage.UninstallAsync("-WhatIf")).EnsureNoError().HostLines,
            line => line.Contains(Note, StringComparison.Ordinal));
        stage.Put("""{"apiVersion":"monitoring.coreos.com/v1alpha1","kind":"AlertmanagerConfig","metadata":{"name":"theirs","namespace":"default"} }""");
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.NotNull(stage.Cluster.Find("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "default", "theirs"));
        stage.Cluster.Remove("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "default", "theirs");
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Secret", "default", "milvus-alerts-teams-default-my-release"));
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    private static async Task<Stage> InstalledAsync()
    {
        var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        return stage;
    }
}
