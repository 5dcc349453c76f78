using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Tells what becomes of each rule when a PrometheusRule is applied.</summary>
/// <param name="scope">The Milvus.</param>
/// <param name="id">The PrometheusRule.</param>
/// <param name="live">The PrometheusRule in the cluster; null if there is none.</param>
/// <param name="isUnchanged">Whether the PrometheusRule is not written.</param>
internal sealed class RuleChanges(MilvusSeries scope, ResourceId id, RuleObject? live, bool isUnchanged)
{
    /// <summary>Lists the rules in the order of the table, then those that the cluster has beyond them.</summary>
    /// <param name="wanted">The rules that are applied.</param>
    /// <param name="chosen">All rules of the table.</param>
    /// <param name="versions">The versions that run; empty if they are not known.</param>
    public IReadOnlyList<MilvusAlertRule> List(
        IReadOnlyList<AlertRuleText> wanted,
        IReadOnlyList<ChosenRule> chosen,
        IReadOnlyList<MilvusVersion> versions)
    {
        var current = live?.Alerts ?? [];
        var applied = wanted.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        var known = chosen.Select(rule => rule.Rule.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. chosen.Select(rule => applied.TryGetValue(rule.Rule.Name, out var text)
                ? Show(text) with { Action = FindAction(text, current) }
                : ShowOmitted(rule, current, rule.FindOmission(versions))),
            .. current.Where(rule => !known.Contains(rule.Name)).Select(rule => Show(rule) with { Action = ResourceAction.Deleted }),
        ];
    }

    private ResourceAction FindAction(AlertRuleText wanted, IReadOnlyList<AlertRuleText> current)
    {
        if (current.FirstOrDefault(rule => rule.Name == wanted.Name) is not { } old)
        {
            return ResourceAction.Created;
        }

        return isUnchanged || old.IsSameAs(wanted) ? ResourceAction.Unchanged : ResourceAction.Configured;
    }

    private MilvusAlertRule ShowOmitted(ChosenRule rule, IReadOnlyList<AlertRuleText> current, string? reason) =>
        current.FirstOrDefault(old => old.Name == rule.Rule.Name) is { } old
            ? Show(old) with { Action = ResourceAction.Deleted, Message = reason }
            : new MilvusAlertRule
            {
                Instance = scope.Name,
                Namespace = scope.Namespace,
                Name = rule.Rule.Name,
                Severity = rule.Rule.Severity,
                Action = ResourceAction.Skipped,
                Message = reason,
            };

    private MilvusAlertRule Show(AlertRuleText rule) => rule.Show(scope.Namespace, scope.Name, id);
}
