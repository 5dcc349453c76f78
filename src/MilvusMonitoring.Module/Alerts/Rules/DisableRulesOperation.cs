using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>What disabling the rules of a Milvus deletes.</summary>
/// <param name="Item">The PrometheusRule.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record DisableRulesPlan(RuleObject Item, IReadOnlyList<MilvusAlertRule> Rules);

/// <summary>
/// Deletes the PrometheusRules that this module applied for a Milvus: first the plan, by reading only; then, if the user agrees, the
/// deletion. The rules of others stay.
/// </summary>
internal sealed class DisableRulesOperation(ClusterClient client, IActivitySink sink)
{
    /// <summary>Makes a plan for each PrometheusRule of a Milvus. The Milvus may be gone: nothing deletes its rules with it.</summary>
    /// <param name="name">The name of the Milvus.</param>
    /// <param name="namespaceName">Its namespace; null for any.</param>
    /// <param name="alerts">The rules that are meant: all of the Milvus, because they go together; null for all.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="MonitoringException">Neither a Milvus nor a PrometheusRule has that name, several namespaces have one, or only
    /// some of the rules are meant.</exception>
    public async Task<IReadOnlyList<DisableRulesPlan>> PlanAsync(
        string name,
        string? namespaceName,
        IReadOnlySet<string>? alerts,
        CancellationToken cancellationToken)
    {
        var reader = new RuleObjectReader(client, sink);
        var objects = namespaceName is null
            ? await reader.ListOwnAsync(null, cancellationToken).ConfigureAwait(false)
            : await reader.ListForAsync(namespaceName, name.ToLowerInvariant(), cancellationToken).ConfigureAwait(false);
        var own = objects
            .Where(item => item.Owner is var (place, owner)
                && owner.Equals(name, StringComparison.OrdinalIgnoreCase)
                && (namespaceName is null || place == namespaceName))
            .ToList();
        var places = own.Select(item => item.Owner!.Value.Namespace).Distinct().ToList();
        if (places.Count > 1)
        {
            throw new MonitoringException(
                ErrorId.InstanceAmbiguous,
                $"Several namespaces have alert rules of '{name}': {string.Join(", ", places)}",
                "choose one with -Namespace",
                name);
        }

        if (own.Count == 0)
        {
            // The name may be mistyped.
            var found = await new InstanceFinder(client, sink).GetAsync(name, namespaceName, cancellationToken).ConfigureAwait(false);
            sink.Verbose($"{found.Instance} has no alert rules of this module.");
        }

        var all = own.SelectMany(item => item.Alerts).Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        if (alerts is not null && all.Except(alerts).Any())
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Only {all.Count(alerts.Contains)} of the {all.Count} alert rules of '{name}' came from the pipeline, "
                    + "and they can only be deleted together",
                "leave some of them out with the parameter -Exclude of Enable-MilvusAlertRule, or pipe the Milvus to delete all",
                name);
        }

        return [.. own.Select(Plan)];
    }

    /// <summary>Carries the plan out.</summary>
    public async Task<IReadOnlyList<MilvusAlertRule>> ExecuteAsync(DisableRulesPlan plan, CancellationToken cancellationToken)
    {
        await plan.Item.DeleteAsync(client, cancellationToken).ConfigureAwait(false);
        return plan.Rules;
    }

    private DisableRulesPlan Plan(RuleObject item)
    {
        var (place, name) = item.Owner!.Value;
        return new DisableRulesPlan(item,
        [
            .. item.Alerts.Select(rule => rule.Show(place, name, item.Id) with
            {
                Action = ResourceAction.Deleted,
                Context = client.Connection.Context,
                Kubeconfig = client.Connection.Kubeconfig,
            }),
        ]);
    }
}
