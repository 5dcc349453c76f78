using MilvusMonitoring.Metrics;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Shows alert rules with what each replica of a Prometheus makes of them.</summary>
internal static class AlertRuleView
{
    /// <summary>Lists the rules of this module, loaded or not, then those of others that are loaded.</summary>
    /// <param name="scope">The Milvus.</param>
    /// <param name="objects">The PrometheusRules of this module for it.</param>
    /// <param name="answers">The answer of each replica.</param>
    public static IReadOnlyList<MilvusAlertRule> List(
        MilvusSeries scope,
        IReadOnlyList<RuleObject> objects,
        IReadOnlyList<ReplicaAnswer<ReplicaRules>> answers)
    {
        var own = objects
            .SelectMany(item => item.Alerts.Select(rule => rule.Show(scope.Namespace, scope.Name, item.Id)))
            .ToList();
        var known = own.Select(rule => (rule.Group, rule.Name)).ToHashSet();
        var others = answers
            .SelectMany(answer => answer.Value?.Loaded ?? [])
            .Select(loaded => loaded.Rule)
            .DistinctBy(rule => (rule.Group, rule.Name, rule.Query))
            .Where(rule => !known.Contains((rule.Group, rule.Name)))
            .Select(rule => Show(scope, rule));
        return [.. own.Concat(others).Select(rule => Complete(rule, answers))];
    }

    private static MilvusAlertRule Show(MilvusSeries scope, PrometheusAlertRule rule) => new()
    {
        Instance = scope.Name,
        Namespace = scope.Namespace,
        Name = rule.Name,
        Group = rule.Group,
        Severity = rule.Labels.GetValueOrDefault(AlertWords.Severity),
        Expression = rule.Query,
        For = rule.For,
        RunbookUri = rule.RunbookUri,
        Source = rule.File,
    };

    private static MilvusAlertRule Complete(MilvusAlertRule rule, IReadOnlyList<ReplicaAnswer<ReplicaRules>> answers)
    {
        var asked = answers.Where(answer => answer.Value is not null).ToList();
        if (asked.Count == 0)
        {
            return rule;
        }

        var replicas = asked.Select(answer => Show(answer, rule)).ToList();
        var (canFire, why) = Judge(rule, asked);
        return rule with
        {
            State = FindWorst(replicas),
            IsHealthy = replicas.Any(replica => replica.IsHealthy == false) ? false : replicas.Min(replica => replica.IsHealthy),
            LastEvaluation = replicas.Min(replica => replica.LastEvaluation),
            Value = replicas.Max(replica => replica.Value),
            Replicas = replicas,
            CanFire = canFire,
            Why = why,
        };
    }

    /// <summary>A rule that one replica has not loaded is as bad as none, unless it fires elsewhere.</summary>
    private static AlertRuleState FindWorst(IReadOnlyList<AlertRuleReplica> replicas)
    {
        var most = replicas.Max(replica => replica.State);
        return most is AlertRuleState.Inactive && replicas.Any(replica => replica.State == AlertRuleState.NotLoaded)
            ? AlertRuleState.NotLoaded
            : most;
    }

    private static AlertRuleReplica Show(ReplicaAnswer<ReplicaRules> answer, MilvusAlertRule rule)
    {
        var loaded = answer.Value!.Find(rule.Group, rule.Name)?.Rule;
        return new AlertRuleReplica
        {
            Name = answer.Name,
            State = loaded?.State ?? AlertRuleState.NotLoaded,
            IsHealthy = loaded?.IsHealthy,
            LastError = loaded?.LastError,
            LastEvaluation = loaded?.LastEvaluation,
            Value = loaded?.Value,
        };
    }

    /// <summary>A rule can fire if it is loaded, and if its series are on every replica.</summary>
    private static (bool? CanFire, string? Why) Judge(MilvusAlertRule rule, IReadOnlyList<ReplicaAnswer<ReplicaRules>> asked)
    {
        var verdicts = asked
            .Select(answer => (answer.Name, Verdict: Judge(rule, answer.Value!)))
            .OrderBy(item => item.Verdict.CanAnswer switch
            {
                false => 0,
                null => 1,
                true => 2,
            })
            .ToList();
        var (name, worst) = verdicts[0];
        var isSame = verdicts.All(item => item.Verdict == worst);
        return (worst.CanAnswer, worst.Why is null || isSame ? worst.Why : $"{name}: {worst.Why}");
    }

    private static QueryVerdict Judge(MilvusAlertRule rule, ReplicaRules replica) =>
        replica.Find(rule.Group, rule.Name) is { } loaded
            ? replica.Judge.Evaluate(loaded.Needs)
            : new QueryVerdict(false, "Prometheus has not loaded it");
}
