using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica of Prometheus sends its alerts to an Alertmanager, and alerts of the Milvus reach somebody.</summary>
internal sealed class AlertingCheck : ICheck
{
    public string DescribeTarget(CheckContext context) =>
        context.Prometheus is { } prometheus ? $"Alertmanager in {prometheus.Namespace}" : "Alertmanager";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.HasNoInstance)
        {
            return null;
        }

        if (context.Prometheus is not { } prometheus)
        {
            return context.HasOnlyAddress
                ? Finding.Skipped(DescribeTarget(context), "there is no Prometheus resource that names an Alertmanager")
                : null;
        }

        var servers = await context.Reads.ListAlertmanagersAsync(prometheus.Namespace).ConfigureAwait(false);
        var isAsked = await IsAskedAsync(context).ConfigureAwait(false);
        if (servers.Count == 0)
        {
            var own = context.Stack?.Entries.FirstOrDefault(entry => entry.Kind == "Alertmanager" && entry.LeftAlone is null);
            return own is null
                ? Finding.Skipped(DescribeTarget(context), $"no Alertmanager resource is in namespace {prometheus.Namespace}")
                : AlertingRule.DescribeMissing(own.Id, context.WriteRestoreCommand(own.Id), isAsked);
        }

        var senders = context.Replicas is null
            ? []
            : await context.Reads.ListSendersAsync(prometheus).ConfigureAwait(false);
        try
        {
            var reached = await ListReachedAsync(context, prometheus.Namespace, servers).ConfigureAwait(false);
            var isNobody = reached.All(severity => severity.Receivers.Count == 0);
            var pending = isNobody ? await ListPendingAsync(context, prometheus.Namespace).ConfigureAwait(false) : [];
            return AlertingRule.Evaluate(string.Join(", ", servers), senders, reached, pending, isAsked);
        }
        catch (MonitoringException exception) when (exception.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut)
        {
            return Finding.Unknown(
                string.Join(", ", servers),
                exception.Reason,
                Remedies.DescribeManual("Check that the pods of the Alertmanager are ready, and run Test-MilvusAlert."));
        }
    }

    /// <summary>Whether alerts of the Milvus were asked for: Enable-MilvusAlertRule has made its rules.</summary>
    private static async Task<bool> IsAskedAsync(CheckContext context)
    {
        var rules = await context.Reads.ListRulesAsync(context.InstanceNamespace).ConfigureAwait(false);
        return rules.Any(rule => rule.Owner == (context.InstanceNamespace, context.InstanceName));
    }

    /// <summary>Lists the receivers of the Milvus that the cluster has and no Alertmanager has loaded.</summary>
    private static async Task<IReadOnlyList<string>> ListPendingAsync(CheckContext context, string place)
    {
        var configurations = await context.Reads.ListAlertmanagerConfigurationsAsync(place).ConfigureAwait(false);
        var loaded = configurations.SelectMany(configuration => configuration.Receivers).Select(receiver => receiver.Name).ToHashSet();
        var own = await context.Reads.ListReceiversAsync(place).ConfigureAwait(false);
        return
        [
            .. own
                .Where(receiver => receiver.Instance is null
                    || (receiver.InstanceNamespace, receiver.Instance) == (context.InstanceNamespace, context.InstanceName))
                .Select(receiver => receiver.ReceiverName)
                .Where(name => !loaded.Contains(name)),
        ];
    }

    /// <summary>Lists who receives alerts of each severity, by the configuration that each replica has loaded.</summary>
    private static async Task<IReadOnlyList<ReachedSeverity>> ListReachedAsync(
        CheckContext context,
        string place,
        IReadOnlyList<AlertmanagerServer> servers)
    {
        var configurations = await context.Reads.ListAlertmanagerConfigurationsAsync(place).ConfigureAwait(false);
        if (configurations.Count == 0)
        {
            throw new MonitoringException(ErrorId.ServiceUnreachable, $"no pod of {string.Join(", ", servers)} is ready");
        }

        var instance = (context.InstanceNamespace, context.InstanceName);
        return
        [
            .. ReceiverRules.Severities.Select(severity => new ReachedSeverity(
                severity,
                [
                    .. configurations
                        .SelectMany(configuration => configuration.ListReceivers(SampleLabels.Create(severity, instance)))
                        .Where(receiver => receiver.Integrations.Count > 0)
                        .Select(receiver => receiver.Name)
                        .Distinct(StringComparer.Ordinal),
                ])),
        ];
    }
}

/// <summary>Who receives alerts of a severity.</summary>
/// <param name="Receivers">The receivers that tell somebody.</param>
internal sealed record ReachedSeverity(string Severity, IReadOnlyList<string> Receivers);

/// <summary>Whether alerts of a Milvus reach somebody.</summary>
internal static class AlertingRule
{
    private const string Unloaded =
        "The Prometheus operator loads receivers within about a minute; after that, see the log of the operator, "
        + "and the Secret of the Alertmanager.";

    private const string Remedy = "Add a receiver with Set-MilvusAlertReceiver, and test it with Test-MilvusAlert.";

    /// <summary>Describes an Alertmanager of the stack that was deleted.</summary>
    public static Finding DescribeMissing(ResourceId alertmanager, string remedy, bool isAsked)
    {
        const string Detail = "is not in the cluster, so that alerts reach nobody";
        return isAsked
            ? Finding.Failed(alertmanager.ToString(), Detail, remedy)
            : Finding.Warning(alertmanager.ToString(), Detail, remedy);
    }

    /// <param name="target">The Alertmanagers.</param>
    /// <param name="senders">
    /// The addresses of the Alertmanagers that each replica of Prometheus sends to; null where it does not say.
    /// </param>
    /// <param name="reached">Who receives alerts of each severity.</param>
    /// <param name="pending">The receivers that the cluster has and no Alertmanager has loaded.</param>
    /// <param name="isAsked">Whether alerts were asked for, so that it is a fault if they reach nobody.</param>
    public static Finding Evaluate(
        string target,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<string>>> senders,
        IReadOnlyList<ReachedSeverity> reached,
        IReadOnlyList<string> pending,
        bool isAsked)
    {
        if (reached.All(severity => severity.Receivers.Count == 0))
        {
            if (pending.Count > 0)
            {
                return Create($"alerts reach nobody: {string.Join(", ", pending)} is not loaded", Unloaded);
            }

            return Create("alerts reach nobody: every receiver that alerts of Milvus go to is empty", Remedy) with { NeedsPerson = true };
        }

        if (senders.FirstOrDefault(sender => sender.Value is { Count: 0 }) is { } silent)
        {
            return Create(
                $"{silent.Name} sends its alerts to no Alertmanager",
                "Name the Alertmanager in spec.alerting of the Prometheus resource, and check that its pods are ready.");
        }

        var lacking = reached.Where(severity => severity.Receivers.Count == 0).Select(severity => severity.Severity).ToList();
        var who = string.Join(", ", reached.SelectMany(severity => severity.Receivers).Distinct());
        return lacking.Count == 0
            ? Finding.Passed(target, $"alerts of every severity go to {who}")
            : Finding.Warning(
                target,
                $"alerts of severity {string.Join(" and ", lacking)} reach nobody; others go to {who}",
                Remedies.DescribeManual(Remedy));

        Finding Create(string detail, string remedy) => isAsked
            ? Finding.Failed(target, detail, Remedies.DescribeManual(remedy))
            : Finding.Warning(target, detail, Remedies.DescribeManual(remedy));
    }
}
