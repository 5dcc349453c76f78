using System.Globalization;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Delivery;

/// <summary>A test alert.</summary>
/// <param name="Severity"><c>critical</c>, <c>warning</c> or <c>info</c>.</param>
/// <param name="Instance">The Milvus that it names; null for none.</param>
/// <param name="Alertmanager">The Alertmanager resource.</param>
/// <param name="Addresses">The addresses of the replicas; empty for the pods of the resource.</param>
internal sealed record AlertTestRequest(
    string Severity,
    (string Namespace, string Name)? Instance,
    AlertmanagerChoice Alertmanager,
    IReadOnlyList<Uri> Addresses);

/// <summary>Where a test alert will go, by the configuration that is loaded.</summary>
/// <param name="Server">The Alertmanager resource; null if only addresses are known.</param>
/// <param name="Target">The Alertmanager in words.</param>
/// <param name="Replicas">The replicas that respond.</param>
/// <param name="Labels">The labels of the alert.</param>
/// <param name="Expected">The notifications that should be sent; none if nobody receives the alert.</param>
/// <param name="Paths">The routes that take the alert.</param>
internal sealed record AlertTestPlan(
    AlertTestRequest Request,
    AlertmanagerServer? Server,
    string Target,
    IReadOnlyList<AlertmanagerReplica> Replicas,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ExpectedNotification> Expected,
    IReadOnlyList<RoutePath> Paths)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>A replica of a cluster waits so long for the one before it to notify.</summary>
    private static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The receivers of this module that no replica has loaded yet.</summary>
    public IReadOnlyList<string> Pending { get; init; } = [];

    /// <summary>How long the notifications take at most, unless the alert joins a group that has been notified before.</summary>
    public TimeSpan UsualTime => Paths.Max(path => path.Route.GroupWait) + (PeerTimeout * (Replicas.Count - 1)) + Margin;
}

/// <summary>
/// Sends a test alert to every replica of an Alertmanager, and tells who was notified of it. The alert is resolved at the end, whatever
/// happens.
/// </summary>
internal sealed class AlertTest(ClusterClient client, IActivitySink sink, AlertmanagerReplicas replicas, TimeProvider time)
{
    private const string Activity = "Testing an alert";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The kubelet needs up to a minute and a half to bring a changed configuration to a pod.</summary>
    private static readonly TimeSpan LoadTime = TimeSpan.FromMinutes(2);

    /// <summary>How long a failed try may be followed by a better one.</summary>
    private static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);

    /// <summary>Ctrl+C returns within 2 s. Resolving the alert may take most of that time.</summary>
    private static readonly TimeSpan ResolveTime = TimeSpan.FromMilliseconds(1500);

    /// <summary>Finds where the alert will go. Only reads.</summary>
    /// <exception cref="MonitoringException">There is no such Alertmanager, or no replica of it responds.</exception>
    public async Task<AlertTestPlan> PlanAsync(AlertTestRequest request, CancellationToken cancellationToken)
    {
        var server = request.Addresses.Count > 0
            ? null
            : await new AlertmanagerFinder(client).GetAsync(request.Alertmanager, cancellationToken).ConfigureAwait(false);
        var target = server?.ToString() ?? string.Join(", ", request.Addresses.Select(ServiceHttp.Describe));
        var all = await replicas.ListAsync(server, cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
        {
            throw new MonitoringException(
                ErrorId.ServiceUnreachable,
                $"No pod of {target} is ready",
                "see why with Get-KubePrometheus, or with kubectl describe of its pods",
                target);
        }

        var read = await Task.WhenAll(all.Select(replica => ReadAsync(replica, cancellationToken))).ConfigureAwait(false);
        var responding = read.Where(one => one.Configuration is not null).ToList();
        if (responding.Count == 0)
        {
            throw read[0].Error!;
        }

        foreach (var failed in read.Where(one => one.Error is not null))
        {
            sink.Warning($"{failed.Error!.Message.TrimEnd('.')}. The other replicas get the alert.");
        }

        var labels = CreateLabels(request);
        var reached = responding.Select(one => one.Configuration!.Root.ListReached(labels)).ToList();
        if (reached.Select(paths => string.Join(',', paths.Select(path => path.Route.Receiver))).Distinct().Count() > 1)
        {
            sink.Warning(
                $"The replicas of {target} have loaded different configurations; the test uses that of {responding[0].Replica.Name}.");
        }

        var configuration = responding[0].Configuration!;
        var own = server is null ? [] : await ListOwnAsync(server, cancellationToken).ConfigureAwait(false);
        var expected = reached[0].SelectMany(path => configuration.Receivers
            .First(receiver => receiver.Name == path.Route.Receiver)
            .Integrations.Select(integration => new ExpectedNotification(path.Route.Receiver, integration, path)));
        return new AlertTestPlan(
            request,
            server,
            target,
            [.. responding.Select(one => one.Replica)],
            labels,
            [.. expected.DistinctBy(one => (one.Receiver, one.Integration))],
            reached[0])
        {
            Pending = [.. own.Except(configuration.Receivers.Select(receiver => receiver.Name), StringComparer.Ordinal)],
        };
    }

    /// <summary>Shows a plan, for <c>-WhatIf</c>.</summary>
    public IReadOnlyList<MilvusAlertDelivery> Show(AlertTestPlan plan) => plan.Expected.Count == 0
        ? [ShowNobody(plan) with { IsPlan = true }]
        : [.. plan.Expected.Select(one => Create(plan, one) with { IsPlan = true, Detail = "would be notified" })];

    /// <summary>Sends the alert, and waits until every receiver was notified or the time is over.</summary>
    /// <param name="timeout">How long to wait; null for as long as it usually takes.</param>
    public async Task<IReadOnlyList<MilvusAlertDelivery>> RunAsync(
        AlertTestPlan plan,
        TimeSpan? timeout,
        CancellationToken cancellationToken)
    {
        plan = await WaitUntilLoadedAsync(plan, timeout ?? LoadTime, cancellationToken).ConfigureAwait(false);
        if (plan.Expected.Count == 0)
        {
            return [ShowNobody(plan)];
        }

        var limit = timeout ?? plan.UsualTime;
        var start = time.GetUtcNow();
        var before = await ReadCountsAsync(plan, cancellationToken).ConfigureAwait(false);
        try
        {
            await PostAsync(plan, start, start + limit + TimeSpan.FromMinutes(5), cancellationToken).ConfigureAwait(false);
            return await WaitAsync(plan, before, start, limit, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ResolveAsync(plan, start).ConfigureAwait(false);
        }
    }

    /// <summary>The error of a notification that was not sent.</summary>
    public static MonitoringException CreateError(MilvusAlertDelivery delivery) => new(
        ErrorId.AlertNotDelivered,
        $"The test alert of severity {delivery.Severity} {Describe(delivery)}: {delivery.Detail}",
        delivery.Remedy,
        delivery.Alertmanager);

    private static string Describe(MilvusAlertDelivery delivery) => delivery.Status switch
    {
        AlertDeliveryStatus.NobodyReceives => $"goes to '{delivery.Receiver}' of {delivery.Alertmanager}",
        AlertDeliveryStatus.Failed => $"did not reach {delivery.Receiver} ({delivery.Integration})",
        AlertDeliveryStatus.Suppressed => $"is kept from {delivery.Receiver} ({delivery.Integration})",
        _ => $"may not have reached {delivery.Receiver} ({delivery.Integration})",
    };

    private static Dictionary<string, string> CreateLabels(AlertTestRequest request)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = SampleLabels.TestAlert,
            ["severity"] = request.Severity,
            [ReceiverForm.TestLabel] = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
        };
        if (request.Instance is var (place, name))
        {
            labels["namespace"] = place;
            labels["app_kubernetes_io_instance"] = name;
        }

        return labels;
    }

    /// <summary>Waits until the Alertmanager has loaded the receivers that were just written.</summary>
    /// <returns>The plan by the configuration that is loaded then.</returns>
    private async Task<AlertTestPlan> WaitUntilLoadedAsync(AlertTestPlan plan, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = time.GetUtcNow();
        while (plan.Pending.Count > 0 && time.GetUtcNow() - start is var spent && spent < limit)
        {
            sink.Progress(
                Activity,
                $"waiting for {plan.Target} to load {string.Join(", ", plan.Pending)}",
                (int)Math.Clamp(spent * 100 / limit, 0, 100));
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            plan = await PlanAsync(plan.Request, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Pending.Count > 0)
        {
            sink.Warning(
                $"{plan.Target} has not loaded {string.Join(", ", plan.Pending)}; "
                    + "the log of the Prometheus operator says why, if it refuses it.");
        }

        return plan;
    }

    /// <summary>Lists the receivers of this module that the Alertmanager should have; none if they may not be read.</summary>
    private async Task<IReadOnlyList<string>> ListOwnAsync(AlertmanagerServer server, CancellationToken cancellationToken)
    {
        var choice = new AlertmanagerChoice(server.Namespace, server.Name);
        var own = await new ReceiverReader(client, sink)
            .ListAsync(choice, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        return [.. own.Select(receiver => receiver.ReceiverName)];
    }

    private async Task<IReadOnlyList<MilvusAlertDelivery>> WaitAsync(
        AlertTestPlan plan,
        IReadOnlyList<NotificationCounts> before,
        DateTimeOffset start,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        DateTimeOffset? failedSince = null;
        while (true)
        {
            var spent = time.GetUtcNow() - start;
            sink.Progress(
                Activity,
                $"waiting for {plan.Target} to notify {string.Join(", ", plan.Expected.Select(one => one.Receiver).Distinct())}",
                (int)Math.Clamp(spent * 100 / limit, 0, 100));
            if (await FindSuppressionAsync(plan, cancellationToken).ConfigureAwait(false) is { } suppression)
            {
                return [.. plan.Expected.Select(one => Create(plan, one) with
                {
                    Status = AlertDeliveryStatus.Suppressed,
                    Detail = suppression,
                    Remedy = "end the silence or the cause of the inhibition, and run the command again",
                    Duration = spent,
                })];
            }

            var seen = await LookAsync(plan, before, start, cancellationToken).ConfigureAwait(false);
            failedSince = seen.Any(one => one.Sent.Failed > 0) ? failedSince ?? time.GetUtcNow() : null;
            var isSettled = seen.All(one => one.Status == AlertDeliveryStatus.Sent)
                || (failedSince is { } since
                    && time.GetUtcNow() - since >= RetryTime
                    && seen.All(one => one.Status != AlertDeliveryStatus.Unknown));
            if (isSettled || spent >= limit)
            {
                return [.. seen.Select(one => Show(plan, one, spent))];
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<SeenNotification>> LookAsync(
        AlertTestPlan plan,
        IReadOnlyList<NotificationCounts> before,
        DateTimeOffset start,
        CancellationToken cancellationToken)
    {
        var after = await ReadCountsAsync(plan, cancellationToken).ConfigureAwait(false);
        var seen = plan.Expected
            .Select(one => new SeenNotification(one, Add(after, one) - Add(before, one), null))
            .ToList();
        if (seen.Exists(one => one.Sent.Failed > 0))
        {
            var log = await ReadLogAsync(plan, start, cancellationToken).ConfigureAwait(false);
            seen =
            [
                .. seen.Select(one => one with
                {
                    Error = NotificationErrors.Find(log, one.Expected.Receiver, one.Expected.Integration),
                }),
            ];
        }

        return DeliveryRule.Judge(seen, after.Any(counts => counts.AreByReceiver));

        NotificationCount Add(IReadOnlyList<NotificationCounts> counts, ExpectedNotification one) => counts
            .Select(replica => replica.Get(one.Receiver, one.Integration))
            .Aggregate(NotificationCount.None, (sum, count) => sum + count);
    }

    /// <summary>Why the alert is not notified; null if nothing keeps it.</summary>
    private static async Task<string?> FindSuppressionAsync(AlertTestPlan plan, CancellationToken cancellationToken)
    {
        string[] filter = [$"{ReceiverForm.TestLabel}=\"{plan.Labels[ReceiverForm.TestLabel]}\""];
        var alerts = await Task.WhenAll(plan.Replicas.Select(replica => replica.Api.ListAlertsAsync(filter, cancellationToken)))
            .ConfigureAwait(false);
        foreach (var (replica, found) in plan.Replicas.Zip(alerts))
        {
            if (found is [{ State: "suppressed" } alert, ..])
            {
                return await AlertSuppression.DescribeAsync(replica.Api, alert, cancellationToken).ConfigureAwait(false);
            }
        }

        return null;
    }

    private async Task<string> ReadLogAsync(AlertTestPlan plan, DateTimeOffset start, CancellationToken cancellationToken)
    {
        if (plan.Server is not { } server)
        {
            return string.Empty;
        }

        var seconds = Math.Max(1, (int)Math.Ceiling((time.GetUtcNow() - start).TotalSeconds));
        var logs = await Task.WhenAll(plan.Replicas.Select(replica => client.FindTextAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{ResourceType.Pod.PathOf(ResourceType.Pod.IdOf(server.Namespace, replica.Pod!))}/log?container=alertmanager"
                    + $"&sinceSeconds={seconds}&limitBytes={Bounds.AlertLog.Limit}"),
            cancellationToken))).ConfigureAwait(false);
        return string.Join('\n', logs);
    }

    private static async Task<ReadReplica> ReadAsync(AlertmanagerReplica replica, CancellationToken cancellationToken)
    {
        try
        {
            return new ReadReplica(replica, await replica.Api.GetConfigurationAsync(cancellationToken).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception)
        {
            return new ReadReplica(replica, null, exception);
        }
    }

    private static async Task<IReadOnlyList<NotificationCounts>> ReadCountsAsync(AlertTestPlan plan, CancellationToken cancellationToken) =>
        await Task.WhenAll(plan.Replicas.Select(replica => replica.Api.GetCountsAsync(cancellationToken))).ConfigureAwait(false);

    private static Task PostAsync(AlertTestPlan plan, DateTimeOffset startsAt, DateTimeOffset endsAt, CancellationToken cancellationToken)
    {
        var annotations = new Dictionary<string, string>
        {
            ["summary"] = "This is a test alert from Test-MilvusAlert; no action is needed",
            ["description"] = "This alert tests the notification path for Milvus alerts. It resolves itself.",
        };
        return Task.WhenAll(plan.Replicas.Select(replica =>
            replica.Api.PostAlertAsync(plan.Labels, annotations, startsAt, endsAt, cancellationToken)));
    }

    /// <summary>Ends the alert, also after a failure or a stop. An alert that cannot be ended ends by its own time.</summary>
    private async Task ResolveAsync(AlertTestPlan plan, DateTimeOffset start)
    {
        using var limit = new CancellationTokenSource(ResolveTime);
        try
        {
            await PostAsync(plan, start, time.GetUtcNow(), limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MonitoringException or OperationCanceledException)
        {
            var reason = exception.Message.TrimEnd('.');
            sink.Warning($"The test alert could not be resolved, and expires in a few minutes: {reason}.");
        }
    }

    private MilvusAlertDelivery Show(AlertTestPlan plan, SeenNotification seen, TimeSpan spent)
    {
        var (detail, remedy) = seen.Status switch
        {
            AlertDeliveryStatus.Sent => ($"notified after {DisplayText.Age(spent)}", null),
            AlertDeliveryStatus.Failed => (
                seen.Error ?? "the requests failed; the log of the Alertmanager says why",
                "correct the receiver with Set-MilvusAlertReceiver, or what does not answer, and run the command again"),
            _ => (
                $"no notification was observed within {DisplayText.Age(spent)}",
                $"run the command again with a longer -Timeout: an alert that joins a group waits up to "
                    + $"{DisplayText.Age(seen.Expected.Path.Route.GroupInterval)}"),
        };
        return Create(plan, seen.Expected) with
        {
            Status = seen.Status,
            Requests = seen.Sent.Requests,
            FailedRequests = seen.Sent.Failed,
            Detail = detail,
            Remedy = remedy,
            Duration = spent,
        };
    }

    private MilvusAlertDelivery ShowNobody(AlertTestPlan plan) => Create(plan, null) with
    {
        Status = AlertDeliveryStatus.NobodyReceives,
        Receiver = string.Join(", ", plan.Paths.Select(path => path.Route.Receiver).Distinct()),
        Route = string.Join(", ", plan.Paths),
        Detail = $"the receiver has no integration, so that alerts of severity {plan.Request.Severity} reach nobody",
        Remedy = (plan.Pending, plan.Request.Instance) switch
        {
            ({ Count: > 0 }, _) => $"see why {string.Join(", ", plan.Pending)} is not loaded: the log of the Prometheus operator says it",
            (_, null) => "add a receiver with Set-MilvusAlertReceiver, or pipe the Milvus whose own receiver is to be tested",
            _ => "add a receiver with Set-MilvusAlertReceiver",
        },
    };

    private MilvusAlertDelivery Create(AlertTestPlan plan, ExpectedNotification? expected) => new()
    {
        Status = AlertDeliveryStatus.Unknown,
        Severity = plan.Request.Severity,
        Receiver = expected?.Receiver,
        Integration = expected?.Integration,
        Route = expected?.Path.ToString(),
        Instance = plan.Request.Instance?.Name,
        Namespace = plan.Request.Instance?.Namespace,
        Alertmanager = plan.Target,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    private sealed record ReadReplica(AlertmanagerReplica Replica, AlertmanagerConfiguration? Configuration, MonitoringException? Error);
}
