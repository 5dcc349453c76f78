using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Which rules to enable, and how.</summary>
/// <param name="Instance">The name of the Milvus.</param>
/// <param name="Namespace">Its namespace; null for any.</param>
/// <param name="Options">What the user asks for beyond the table of rules.</param>
internal sealed record EnableRulesRequest(string Instance, string? Namespace, AlertRuleOptions Options)
{
    /// <summary>The Prometheus that is to select the rules.</summary>
    public PrometheusChoice Prometheus { get; init; } = new(null, null);
}

/// <summary>What enabling the rules of a Milvus changes.</summary>
/// <param name="Id">The PrometheusRule.</param>
/// <param name="Wanted">The PrometheusRule to apply.</param>
/// <param name="Action">What becomes of it.</param>
/// <param name="Rules">What becomes of each rule.</param>
/// <param name="Misplaced">The PrometheusRules of the same Milvus in other namespaces, which are deleted.</param>
internal sealed record EnableRulesPlan(
    ResourceId Id,
    JsonObject Wanted,
    ResourceAction Action,
    IReadOnlyList<MilvusAlertRule> Rules,
    IReadOnlyList<RuleObject> Misplaced)
{
    public bool IsChange => Action != ResourceAction.Unchanged || Misplaced.Count > 0;

    /// <summary>The verb of the question to the user.</summary>
    public string Verb => Action == ResourceAction.Created ? "Create" : "Configure";
}

/// <summary>Enables the alert rules of a Milvus: first the plan, by reading only; then, if the user agrees, the work.</summary>
internal sealed class EnableRulesOperation(ClusterClient client, IActivitySink sink)
{
    private readonly RuleObjectReader _reader = new(client, sink);

    /// <summary>Makes the plan.</summary>
    /// <exception cref="MonitoringException">There is no such Milvus, an option is invalid, or the PrometheusRule is somebody
    /// else's.</exception>
    public async Task<EnableRulesPlan> PlanAsync(EnableRulesRequest request, CancellationToken cancellationToken)
    {
        var chosen = request.Options.Choose();
        var found = await new InstanceFinder(client, sink)
            .GetAsync(request.Instance, request.Namespace, cancellationToken)
            .ConfigureAwait(false);
        var scope = MilvusSeries.Of(found);
        await new ResourceTypes(client)
            .EnsureServedAsync(ResourceType.PrometheusRule, scope.ToString(), cancellationToken)
            .ConfigureAwait(false);
        var labels = AlertRuleObject.CreateLabels(request.Options);
        var place = await FindPlaceAsync(found, request.Prometheus, labels, cancellationToken).ConfigureAwait(false);
        var id = AlertRuleObject.IdOf(scope.Namespace, scope.Name, place.Namespace);
        var own = await _reader.ListForAsync(scope.Namespace, scope.Name, cancellationToken).ConfigureAwait(false);
        var live = own.FirstOrDefault(item => item.Id == id) ?? await _reader.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (live is { IsOurs: false })
        {
            throw CreateForeign(live);
        }

        var versions = ReadVersions(found);
        var rendered = AlertRuleObject.Render(
            scope,
            id,
            labels.Concat(place.Labels).ToDictionary(StringComparer.Ordinal),
            chosen.Where(rule => rule.FindOmission(versions) is null),
            request.Options);
        if (rendered["spec"]!["groups"]!.AsArray().Count == 0)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"No alert rule is left for {scope}",
                "give -Exclude fewer rules; Disable-MilvusAlertRule deletes the existing rules",
                "Exclude");
        }

        var action = FindAction(rendered, live);
        var rules = new RuleChanges(scope, id, live, action == ResourceAction.Unchanged)
            .List(AlertRuleText.List(rendered), chosen, versions)
            .Select(Complete);
        var misplaced = own.Where(item => item.Id != id);
        return new EnableRulesPlan(id, rendered, action, [.. rules], [.. misplaced]);
    }

    /// <summary>Carries the plan out. An unchanged PrometheusRule is not written to.</summary>
    /// <exception cref="MonitoringException">The server refuses it, or other field managers own fields of it.</exception>
    public async Task<IReadOnlyList<MilvusAlertRule>> ExecuteAsync(EnableRulesPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Action != ResourceAction.Unchanged)
        {
            await ApplyAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        foreach (var item in plan.Misplaced)
        {
            await item.DeleteAsync(client, cancellationToken).ConfigureAwait(false);
        }

        return plan.Rules;
    }

    private MilvusAlertRule Complete(MilvusAlertRule rule) =>
        rule with { Context = client.Connection.Context, Kubeconfig = client.Connection.Kubeconfig };

    private async Task ApplyAsync(EnableRulesPlan plan, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(plan.Wanted);
        var result = await client
            .ApplyAsync(ResourceType.PrometheusRule, plan.Id, json, force: false, cancellationToken)
            .ConfigureAwait(false);
        if (result.Failure is not { } failure)
        {
            return;
        }

        throw failure.IsFieldConflict
            ? new MonitoringException(
                ErrorId.FieldConflict,
                $"Cannot apply {plan.Id}: {FieldConflictText.Describe(failure.Causes)}",
                "remove these fields from the configuration of their manager, or run Disable-MilvusAlertRule and then this command again",
                plan.Id.ToString())
            : ClusterErrors.From(failure, $"apply {plan.Id}", plan.Id.ToString());
    }

    private async Task<RulePlace> FindPlaceAsync(
        FoundInstance found,
        PrometheusChoice choice,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken)
    {
        var monitor = new MonitorChoice(found.MonitorType.Kind, found.Instance.Namespace, found.Instance.MonitorName);
        var place = await new PrometheusSelection(client, sink)
            .FindRulePlaceAsync(choice, monitor, labels, cancellationToken)
            .ConfigureAwait(false);
        if (place.Refusals.Count > 0)
        {
            sink.Warning(
                $"No Prometheus in the cluster selects rules of {found.Instance}: {string.Join(", ", place.Refusals)}; "
                    + "change its ruleSelector or ruleNamespaceSelector.");
        }

        if (place.Namespace != found.Instance.Namespace)
        {
            sink.Verbose($"The rules of {found.Instance} are in namespace {place.Namespace}, where {place.Prometheus} selects rules.");
        }

        if (place.Labels.Count > 0)
        {
            sink.Verbose(
                $"The rules of {found.Instance} get the labels {PrometheusSelection.Describe(place.Labels)}, "
                    + $"by which {place.Prometheus} selects rules.");
        }

        return place;
    }

    private IReadOnlyList<MilvusVersion> ReadVersions(FoundInstance found)
    {
        var versions = MilvusVersion.ParseAll(found.Instance.AppVersion);
        if (versions.Count == 0)
        {
            var shown = found.Instance.AppVersion ?? "no pod shows it";
            sink.Warning(
                $"The version of Milvus {found.Instance} is not known ({shown}), so that no rule is left out; "
                    + "Get-MilvusAlertRule shows which of them can fire.");
        }

        return versions;
    }

    private static ResourceAction FindAction(JsonObject wanted, RuleObject? live)
    {
        if (live is null)
        {
            return ResourceAction.Created;
        }

        return AppliedObject.Matches(wanted, live.Json, FieldManagerEntry.OurName) ? ResourceAction.Unchanged : ResourceAction.Configured;
    }

    private static MonitoringException CreateForeign(RuleObject live)
    {
        var owners = FieldManagers.ListAppliers([live.Metadata]).DefaultIfEmpty("another tool");
        return new MonitoringException(
            ErrorId.FieldConflict,
            $"{live.Id} already exists and belongs to {string.Join(", ", owners)}",
            "delete it or give it another name with the tool that made it, and run the command again",
            live.Id.ToString());
    }
}
