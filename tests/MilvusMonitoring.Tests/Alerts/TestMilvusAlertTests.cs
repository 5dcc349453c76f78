using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>Test-MilvusAlert: from the command to the request at a webhook.</summary>
public sealed class TestMilvusAlertTests
{
    public static TheoryData<bool> Alertmanagers { get; } = [false, true];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Alertmanagers))]
    public async Task A_test_alert_arrives_at_the_webhook_and_is_resolved(bool real)
    {
        await using var stage = await ReceivingAsync();
        await using var hook = await HookServer.StartAsync();
        await using var alertmanager = await StartAsync(stage, real);
        var nobody = await stage.RunAsync("Test-MilvusAlert -Kubeconfig $c -Confirm:$false");
        Assert.Contains("reach nobody", nobody.OnlyError(ErrorId.AlertNotDelivered), StringComparison.Ordinal);
        Assert.Equal(AlertDeliveryStatus.NobodyReceives, Assert.Single(nobody.OutputOf<MilvusAlertDelivery>()).Status);

        (await stage.RunWithSecretAsync("Set-MilvusAlertReceiver -Webhook $secret -Kubeconfig $c", hook.Secret)).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        var result = await stage.RunAsync("Get-MilvusInstance my-release -Kubeconfig $c | Test-MilvusAlert warning -Verbose");
        result.EnsureNoError().HidesSecret("s3cr3t");
        var delivery = Assert.Single(result.OutputOf<MilvusAlertDelivery>());
        Assert.Equal(
            (AlertDeliveryStatus.Sent, "milvus-monitoring/webhook", "webhook", "warning", "my-release"),
            (delivery.Status, delivery.Receiver, delivery.Integration, delivery.Severity, delivery.Instance));
        Assert.Equal("{alertname=~\"Milvus.+\"}", delivery.Route);

        var firing = await hook.NextAsync();
        Assert.Equal(("firing", "/hook/s3cr3t?token=t0k3n"), ((string?)firing["status"], (string?)firing["path"]));
        var labels = firing["alerts"]![0]!["labels"]!;
        Assert.Equal(
            ("MilvusTestAlert", "warning", "default", "my-release"),
            ((string?)labels["alertname"], (string?)labels["severity"], (string?)labels["namespace"], (string?)labels["app_kubernetes_io_instance"]));
        Assert.Equal("resolved", (string?)(await hook.NextAsync())["status"]);
        Assert.Empty(alertmanager.StandIn?.Alerts ?? []);
    }

    [Theory]
    [MemberData(nameof(Alertmanagers))]
    public async Task A_stack_as_installed_warns_that_alerts_reach_nobody_until_somebody_receives_them(bool real)
    {
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real);
        var before = await CheckAsync(stage);
        Assert.Equal(CheckStatus.Warning, before.Status);
        Assert.StartsWith("alerts reach nobody", before.Detail, StringComparison.Ordinal);

        (await stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        var after = await CheckAsync(stage);
        Assert.Equal("alerts of every severity go to milvus-monitoring/webhook", after.Detail);
    }

    [Theory]
    [MemberData(nameof(Alertmanagers))]
    public async Task The_error_of_the_receiver_is_shown_without_the_secret(bool real)
    {
        await using var stage = await ReceivingAsync();
        await using var hook = await HookServer.StartAsync();
        hook.StatusCode = 404;
        await using var alertmanager = await StartAsync(stage, real);
        (await stage.RunWithSecretAsync("Set-MilvusAlertReceiver -Webhook $secret -Kubeconfig $c", hook.Secret)).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        var result = await stage.RunAsync("Test-MilvusAlert -Kubeconfig $c -Confirm:$false");
        var said = result.OnlyError(ErrorId.AlertNotDelivered);
        Assert.Contains("unexpected status code 404", said, StringComparison.Ordinal);
        result.HidesSecret("s3cr3t");
        var delivery = Assert.Single(result.OutputOf<MilvusAlertDelivery>());
        Assert.Equal(AlertDeliveryStatus.Failed, delivery.Status);
        Assert.True(delivery.FailedRequests > 0);
        Assert.All(
            stage.Cluster.Requests.All.Where(request => request.Path.Contains("/log?", StringComparison.Ordinal)),
            request => Assert.Contains($"limitBytes={Bounds.AlertLog.Limit}", request.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_silence_is_named()
    {
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real: false);
        (await stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        alertmanager.StandIn!.Silence = "alice";
        var said = (await stage.RunAsync("Test-MilvusAlert -Kubeconfig $c -Confirm:$false")).OnlyError(ErrorId.AlertNotDelivered);
        Assert.Contains("silenced by alice until 2030-01-01 00:00Z: a test", said, StringComparison.Ordinal);
        Assert.Empty(alertmanager.StandIn.Alerts);
    }

    [Fact]
    public async Task A_test_that_is_stopped_resolves_its_alert()
    {
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real: false);
        (await stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        alertmanager.StandIn!.IsMute = true;
        var running = stage.RunAsync("Test-MilvusAlert -Timeout 1h -Kubeconfig $c -Confirm:$false");
        await Stage.UntilAsync(() => alertmanager.StandIn.Alerts.Count > 0);
        await stage.Session.StopAsync();
        Assert.True((await running).Stopped);
        await Stage.UntilAsync(() => alertmanager.StandIn.Alerts.Count == 0);
    }

    [Fact]
    public async Task WhatIf_names_the_receivers_and_sends_nothing()
    {
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real: false);
        (await stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        await alertmanager.LoadedAsync(Token);
        var plan = Assert.Single(
            (await stage.RunAsync("Test-MilvusAlert -Kubeconfig $c -WhatIf")).EnsureNoError().OutputOf<MilvusAlertDelivery>());
        Assert.True(plan is { IsPlan: true, Receiver: "milvus-monitoring/webhook" });
        Assert.Empty(alertmanager.StandIn!.Alerts);
    }

    [Fact]
    public async Task An_Alertmanager_at_an_address_is_asked_without_its_pods()
    {
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real: false);
        var result = await stage.RunAsync($"Test-MilvusAlert -AlertmanagerUri {alertmanager.Address} -Kubeconfig $c -Confirm:$false");
        Assert.Contains(alertmanager.Address.Authority, result.OnlyError(ErrorId.AlertNotDelivered), StringComparison.Ordinal);
        Assert.DoesNotContain(stage.Cluster.Requests.All, request => request.Path.Contains("/portforward", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_that_does_not_answer_is_a_warning_and_all_of_them_are_an_error()
    {
        const string Silent = "http://127.0.0.1:1 does not answer: the connection was refused; check that Alertmanager runs and can be "
            + "reached from here, or give another address with -AlertmanagerUri.";
        await using var stage = await ReceivingAsync();
        await using var alertmanager = await StartAsync(stage, real: false);
        const string Test = "Test-MilvusAlert -Kubeconfig $c -Confirm:$false -AlertmanagerUri http://127.0.0.1:1";
        var some = await stage.RunAsync($"{Test}, {alertmanager.Address}");
        Assert.Contains($"{Silent} The other replicas get the alert.", some.Warnings);
        some.OnlyError(ErrorId.AlertNotDelivered);

        var none = await stage.RunAsync($"{Test}, http://127.0.0.1:2");
        Assert.Equal(Silent, none.OnlyError(ErrorId.ServiceUnreachable));
        Assert.Empty(none.Warnings);
    }

    private static async Task<MonitoringCheck> CheckAsync(Stage stage) =>
        (await stage.RunAsync("Test-MilvusMonitoring my-release -Kubeconfig $c"))
            .OutputOf<MonitoringCheck>()
            .Single(check => check.Check == "Alerting");

    private static async Task<MonitoredAlertmanager> StartAsync(Stage stage, bool real)
    {
        Assert.SkipWhen(real && RealAlertmanager.Program is null, "prometheus-alertmanager is not on PATH.");
        return await MonitoredAlertmanager.StartAsync(stage.Cluster, real, Token);
    }

    private static async Task<Stage> ReceivingAsync()
    {
        var stage = await Stage.StartAsync();
        var manifests = stage.CopyManifests("quick", folder =>
        {
            var path = Path.Combine(folder, "alertmanager-secret.yaml");
            var text = File.ReadAllText(path).Replace(
                "\"receiver\": \"nobody\"",
                "\"receiver\": \"nobody\"\n      \"group_wait\": \"1s\"\n      \"group_interval\": \"5s\"",
                StringComparison.Ordinal);
            File.WriteAllText(path, text);
        });
        await stage.InstalledAsync("-Wait", manifests);
        stage.PutMilvus();
        stage.Session.Host.Answer("Yes");
        return stage;
    }
}
