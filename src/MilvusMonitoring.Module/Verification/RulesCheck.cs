using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica has loaded the alert rules of Milvus, evaluates them without error, and has the series that they need.</summary>
internal sealed class RulesCheck : IBatchedCheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task AskAsync(IReadOnlyList<CheckContext> contexts, CancellationToken cancellationToken)
    {
        var asking = contexts.Where(context => context is { Found: not null, Replicas: not null });
        foreach (var group in asking.GroupBy(context => context.Prometheus?.ToString()))
        {
            var objects = new HashSet<RuleObject>(ReferenceEqualityComparer.Instance);
            foreach (var context in group)
            {
                objects.UnionWith(await context.Reads
                    .ListRulesAsync(context.Found!.Instance.Namespace)
                    .ListIfPermittedAsync(context.Sink)
                    .ConfigureAwait(false));
            }

            var asked = group.ToList();
            var reports = new AlertRuleProbe(asked[0].Client)
                .ReadAsync([.. asked.Select(context => context.Found!)], [.. objects], asked[0].Replicas!, cancellationToken)
                .ConfigureAwait(false);
            var number = 0;
            await foreach (var report in reports)
            {
                var context = asked[number++];
                context.Rules = Evaluate(context, report);
            }
        }
    }

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Found is null || context.Replicas is null)
        {
            return null;
        }

        if (context.Rules is null)
        {
            await AskAsync([context], cancellationToken).ConfigureAwait(false);
        }

        return context.Rules;
    }

    private Finding Evaluate(CheckContext context, AlertRuleReport report)
    {
        var target = context.Prometheus is null ? ReplicaQuery.JoinNames(report.Replicas) : DescribeTarget(context);
        return RulesRule.Evaluate(
            target,
            report,
            context.Remedies.EnableRules(context.InstanceName, context.InstanceNamespace),
            context.WriteWaitCommand($"See the page of rules of {target}, and the log of the Prometheus operator."));
    }
}

/// <summary>Whether the alert rules of a Milvus are loaded and healthy on every replica, and can fire.</summary>
internal static class RulesRule
{
    private const int MostNamed = 4;

    /// <param name="target">The Prometheus.</param>
    /// <param name="report">The rules, and the answer of each replica.</param>
    /// <param name="enable">The command that makes the rules.</param>
    /// <param name="wait">What to do until Prometheus has loaded new rules.</param>
    public static Finding Evaluate(string target, AlertRuleReport report, string enable, string wait)
    {
        if (report.Replicas.Count > 0 && report.Replicas.All(answer => answer is { Value: null, Error: null }))
        {
            return Finding.Skipped(target, "it does not show its rules, so that their state is unknown");
        }

        if (report.Rules.Count == 0)
        {
            return ReplicaRule.FindFailure(target, report.Replicas)
                ?? Finding.Warning(target, "this Milvus has no alert rules", enable);
        }

        // Somebody else's rules are no promise of this module.
        var isAskedFor = report.Rules.Any(rule => rule.Source?.StartsWith("PrometheusRule/", StringComparison.Ordinal) is true);
        return ReplicaRule.FindFailure(target, report.Replicas)
            ?? FindFault(target, report.Rules, isAskedFor, wait)
            ?? Conclude(target, report);
    }

    private static Finding? FindFault(string target, IReadOnlyList<MilvusAlertRule> rules, bool isAskedFor, string wait)
    {
        var fault = rules
            .SelectMany(rule => rule.Replicas.Select(replica => DescribeFault(rule, replica)))
            .FirstOrDefault(text => text is not null);
        if (fault is null)
        {
            return null;
        }

        var count = rules.Count(rule => rule.Replicas.Any(replica => DescribeFault(rule, replica) is not null));
        var detail = $"{count} of {Quantity.Describe(rules.Count, "alert rule")} do not work: {fault}";
        return isAskedFor ? Finding.Failed(target, detail, wait) : Finding.Warning(target, detail, wait);
    }

    private static string? DescribeFault(MilvusAlertRule rule, AlertRuleReplica replica) => replica switch
    {
        { State: AlertRuleState.NotLoaded } => $"{replica.Name} has not loaded {rule.Name}",
        { IsHealthy: false } => $"{replica.Name} cannot evaluate {rule.Name}: {replica.LastError ?? "no reason is given"}",
        { IsHealthy: null } => $"{replica.Name} has not evaluated {rule.Name} yet",
        _ => null,
    };

    private static Finding Conclude(string target, AlertRuleReport report)
    {
        var rules = report.Rules;
        var replicas = Quantity.Describe(report.Replicas.Count, "replica");
        var detail = $"{Quantity.Describe(rules.Count, "alert rule")} loaded and evaluated on {replicas}";
        var blind = rules.Where(rule => rule.CanFire == false).ToList();
        if (blind.Count == 0)
        {
            var active = rules.Where(rule => rule.State is AlertRuleState.Firing).Select(rule => rule.Name).ToList();
            return Finding.Passed(target, active.Count == 0 ? detail : $"{detail}; firing: {string.Join(", ", active.Take(MostNamed))}");
        }

        var names = string.Join(", ", blind.Take(MostNamed).Select(rule => rule.Name));
        var more = blind.Count > MostNamed ? $" and {blind.Count - MostNamed} more" : string.Empty;
        return Finding.Warning(
            target,
            $"{detail}; cannot fire: {names}{more}: {blind[0].Why}",
            Remedies.DescribeManual(
                "Get-MilvusAlertRule shows the reason for each; Enable-MilvusAlertRule -Exclude leaves out what is not wanted."));
    }
}
