using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>From a condition that is true in a real Prometheus, through a real Alertmanager, to the request at a webhook.</summary>
public sealed class AlertChainTests
{
    private const string Rules =
        """
        groups:
        - name: milvus
          interval: 1s
          rules:
          - alert: MilvusDown
            expr: vector(1)
            labels: {severity: critical, namespace: default, app_kubernetes_io_instance: my-release}
            annotations: {summary: it is down, runbook_url: 'https://example.com/MilvusDown'}
        """;

    [Fact]
    public async Task A_true_condition_becomes_a_request_and_is_shown_with_its_receiver()
    {
        Assert.SkipWhen(RealPrometheus.Program is null || RealAlertmanager.Program is null, "prometheus or prometheus-alertmanager is not on PATH.");
        var token = TestContext.Current.CancellationToken;
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait");
        await using var hook = await HookServer.StartAsync();
        var own = ReceiverForm.ToFile(new ReceiverSettings("hook", AlertReceiverType.Webhook), hook.Secret, hasMatchers: true);
        var file = ReceiverSections.Write("route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n", [own]);
        await using var alertmanager = await RealAlertmanager.StartAsync(file, token);
        var rules = stage.WriteFile("rules.yml", Rules);
        await using var prometheus = await RealPrometheus.StartAsync(
            $$"""
            global: {evaluation_interval: 1s, external_labels: {prometheus: monitoring/k8s} }
            rule_files: ['{{rules}}']
            alerting: {alertmanagers: [{static_configs: [{targets: ['{{alertmanager.Address.Authority}}']}]}]}
            """,
            token);

        var alert = (await hook.NextAsync())["alerts"]![0]!;
        Assert.Equal(("MilvusDown", "critical"), ((string?)alert["labels"]!["alertname"], (string?)alert["labels"]!["severity"]));

        var result = await stage.RunAsync(
            $"Get-MilvusAlert -Kubeconfig $c -PrometheusUri {prometheus.Address} -AlertmanagerUri {alertmanager.Address}");
        var shown = Assert.Single(result.EnsureNoError().OutputOf<MilvusAlert>());
        Assert.Equal(
            ("MilvusDown", MilvusAlertState.Firing, "critical", "my-release", "it is down", "https://example.com/MilvusDown"),
            (shown.Name, shown.State, shown.Severity, shown.Instance, shown.Summary, shown.RunbookUri));
        Assert.Equal(["milvus-monitoring/hook"], shown.Receivers);
        Assert.Null(shown.Suppression);
        Assert.NotNull(shown.ActiveSince);
        Assert.Empty((await stage.RunAsync(
            $"Get-MilvusAlert -Severity info -Kubeconfig $c -PrometheusUri {prometheus.Address} -AlertmanagerUri {alertmanager.Address}")).Output);
    }
}
