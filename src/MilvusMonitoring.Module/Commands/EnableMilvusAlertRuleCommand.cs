using System.Collections;
using System.Globalization;
using System.Management.Automation;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Creates the alert rules of a Milvus: applies one PrometheusRule with rules for its availability, service, data, resources and cost.
/// Rules whose metrics the running version does not have are left out.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "MilvusAlertRule", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertRule))]
public sealed class EnableMilvusAlertRuleCommand : StackInstanceCommand
{
    /// <summary>The alerts to leave out; wildcards are allowed. Default: none.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AlertNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Exclude { get; set; } = [];

    /// <summary>
    /// Other thresholds, by the names of the alerts: times (<c>2s</c>), percentages (<c>5%</c>) or numbers, as the alert counts.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Threshold { get; set; } = [];

    /// <summary>
    /// How long the expressions have to hold before the alerts fire, by the names of the alerts: <c>@{ 'Milvus*' = '1m' }</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable For { get; set; } = [];

    /// <summary>Labels for the PrometheusRule: <c>@{ team = 'search' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable AdditionalLabel { get; set; } = [];

    /// <summary>
    /// The address of a folder with the runbook pages, such as a copy of <c>docs/alerts</c>: each alert then names its page there.
    /// Default: alerts name no runbook.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? RunbookUri { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new EnableRulesOperation(client, output);
        var plan = await operation.PlanAsync(ParseRequest(), cancellationToken).ConfigureAwait(false);
        if (plan.IsChange)
        {
            var approval = await output.ApproveAsync($"{plan.Id} on {client.Connection.Context}", plan.Verb).ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Objects(plan.Rules.Select(rule => rule with { IsPlan = true }));
            }

            if (!approval.IsGiven)
            {
                return;
            }
        }

        output.Objects(await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false));
    }

    private EnableRulesRequest ParseRequest()
    {
        EnsureInstanceIsNamed();
        var options = new AlertRuleOptions
        {
            Excluded = [.. Exclude.Select(ParseNames)],
            Thresholds = ParseTable(Threshold),
            Times = ParseTable(For),
            AdditionalLabels = ParseLabels(AdditionalLabel),
            RunbookUri = RunbookUri,
        };
        return new EnableRulesRequest(Instance, InstanceNamespace, options) { Prometheus = ChosenPrometheus };
    }

    private static IReadOnlyList<(AlertNames Names, string Value)> ParseTable(Hashtable table) =>
        [.. table.Cast<DictionaryEntry>().Select(entry => (ParseNames($"{entry.Key}"), WriteValue(entry.Value)))];

    private static AlertNames ParseNames(string text) => new(text, NameWildcards.Parse(text).Matches);

    private static string WriteValue(object? value)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is TimeSpan time
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
            : Convert.ToString(plain, CultureInfo.InvariantCulture) ?? string.Empty;
    }
}
