using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Delivery;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Firing;

/// <summary>Which alerts to read.</summary>
/// <param name="Prometheus">The Prometheus that evaluates them.</param>
/// <param name="Alertmanager">The Alertmanager that notifies.</param>
/// <param name="HasPrometheusAddress">Whether the caller named the addresses of Prometheus.</param>
/// <param name="HasAlertmanagerAddress">Whether the caller named the addresses of the Alertmanager.</param>
internal sealed record AlertRequest(
    PrometheusChoice Prometheus,
    AlertmanagerChoice Alertmanager,
    bool HasPrometheusAddress,
    bool HasAlertmanagerAddress);

/// <summary>Reads the alerts of Milvus from every replica of Prometheus and of Alertmanager.</summary>
internal sealed class AlertReader(
    ClusterClient client,
    IActivitySink sink,
    PrometheusReplicas prometheus,
    AlertmanagerReplicas alertmanagers)
{
    private const string Filter = "alertname=~\"Milvus.+\"";

    /// <summary>Lists the alerts, those that fire first. An Alertmanager that does not respond is named in a warning.</summary>
    /// <exception cref="MonitoringException">No replica of Prometheus responds.</exception>
    public async Task<IReadOnlyList<MilvusAlert>> ListAsync(AlertRequest request, CancellationToken cancellationToken)
    {
        var evaluated = await ListEvaluatedAsync(request, cancellationToken).ConfigureAwait(false);
        var received = await ListReceivedAsync(request, cancellationToken).ConfigureAwait(false);
        var alerts = evaluated
            .Select(alert => Show(alert, received.FirstOrDefault(other => SameAlerts.IsSame(alert.Alert, other.Alert))))
            .Concat(received.Where(other => !evaluated.Any(alert => SameAlerts.IsSame(alert.Alert, other.Alert))).Select(Show));
        return
        [
            .. alerts
                .OrderBy(alert => alert.State)
                .ThenBy(alert => SameAlerts.RankOf(alert.Severity))
                .ThenBy(alert => alert.Name, StringComparer.Ordinal)
                .ThenBy(alert => alert.ActiveSince),
        ];
    }

    private async Task<IReadOnlyList<EvaluatedAlert>> ListEvaluatedAsync(AlertRequest request, CancellationToken cancellationToken)
    {
        var server = request.HasPrometheusAddress
            ? null
            : await new PrometheusFinder(client).GetAsync(request.Prometheus, cancellationToken).ConfigureAwait(false);
        var replicas = await prometheus.ListAsync(server, cancellationToken).ConfigureAwait(false);
        var answers = await ReplicaQuery
            .ListAsync(replicas, api => api.ListAlertsAsync(cancellationToken))
            .ConfigureAwait(false);
        foreach (var failed in answers.Where(answer => answer.Error is not null))
        {
            sink.Warning($"{failed.Error!.Message.TrimEnd('.')}. Alerts that only this replica has are not shown.");
        }

        if (answers.All(answer => answer.Value is null))
        {
            throw answers.Select(answer => answer.Error).FirstOrDefault(error => error is not null) ?? new MonitoringException(
                ErrorId.ServiceUnreachable,
                answers.Count == 0 ? $"No pod of {server} is ready" : $"{answers[0].Name} does not show its alerts",
                "run Test-MilvusMonitoring, which says what of Prometheus is not ready",
                server?.ToString());
        }

        return SameAlerts.Merge(answers);
    }

    private async Task<IReadOnlyList<ReceivedAlert>> ListReceivedAsync(AlertRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var servers = request.HasAlertmanagerAddress
                ? new AlertmanagerServer?[] { null }
                : [.. await new AlertmanagerFinder(client).ListAsync(request.Alertmanager, cancellationToken).ConfigureAwait(false)];
            var received = new List<ReceivedAlert>();
            foreach (var server in servers)
            {
                foreach (var replica in await alertmanagers.ListAsync(server, cancellationToken).ConfigureAwait(false))
                {
                    received.AddRange(await ReadAsync(replica, cancellationToken).ConfigureAwait(false));
                }
            }

            return [.. received.DistinctBy(alert => alert.Alert.Fingerprint)];
        }
        catch (MonitoringException exception)
        {
            sink.Warning($"What the Alertmanager does with the alerts is not shown: {exception.Message}");
            return [];
        }
    }

    private static async Task<IReadOnlyList<ReceivedAlert>> ReadAsync(AlertmanagerReplica replica, CancellationToken cancellationToken)
    {
        var received = new List<ReceivedAlert>();
        foreach (var alert in await replica.Api.ListAlertsAsync([Filter], cancellationToken).ConfigureAwait(false))
        {
            var suppression = alert.State == "suppressed"
                ? await AlertSuppression.DescribeAsync(replica.Api, alert, cancellationToken).ConfigureAwait(false)
                : null;
            received.Add(new ReceivedAlert(alert, suppression));
        }

        return received;
    }

    private MilvusAlert Show(EvaluatedAlert evaluated, ReceivedAlert? received) =>
        Create(evaluated.Alert.Labels, evaluated.Alert.Annotations, received) with
        {
            State = evaluated.Alert.State == "firing" ? MilvusAlertState.Firing : MilvusAlertState.Pending,
            ActiveSince = evaluated.Alert.ActiveAt,
            Value = evaluated.Alert.Value,
            Replicas = evaluated.Replicas,
        };

    private MilvusAlert Show(ReceivedAlert received) =>
        Create(received.Alert.Labels, received.Alert.Annotations, received) with { ActiveSince = received.Alert.StartsAt };

    private MilvusAlert Create(
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string> annotations,
        ReceivedAlert? received) => new()
        {
            Name = labels.GetValueOrDefault("alertname") ?? string.Empty,
            State = MilvusAlertState.Firing,
            Severity = labels.GetValueOrDefault("severity"),
            Instance = labels.GetValueOrDefault("app_kubernetes_io_instance"),
            Namespace = labels.GetValueOrDefault("namespace"),
            Summary = annotations.GetValueOrDefault("summary"),
            Description = annotations.GetValueOrDefault("description"),
            RunbookUri = annotations.GetValueOrDefault("runbook_url"),
            Suppression = received?.Suppression,
            Receivers = received?.Alert.Receivers ?? [],
            Labels = labels,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
}
