using System.Management.Automation;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Deletes the alert rules of a Milvus that Enable-MilvusAlertRule made. The rules of others stay. The Milvus may be gone already.
/// </summary>
[Cmdlet(VerbsLifecycle.Disable, "MilvusAlertRule", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertRule))]
public sealed class DisableMilvusAlertRuleCommand : InstanceCommand
{
    private readonly List<PipedRules> _piped = [];

    /// <summary>
    /// A Milvus, its monitor, or alert rules from Get-MilvusAlertRule: all rules of the Milvus, because they are one PrometheusRule.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc />
    private protected override object? Subject => FindRule() is null ? base.Subject : null;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        if (FindRule() is not { } rule)
        {
            await DisableAsync(client, Instance, Namespace, null, output, cancellationToken).ConfigureAwait(false);
            return;
        }

        var (kubeconfig, context) = (client.Connection.Kubeconfig, client.Connection.Context);
        var rules = _piped.Find(other => (other.Kubeconfig, other.Context, other.Instance, other.Namespace)
            == (kubeconfig, context, Instance, Namespace));
        if (rules is null)
        {
            _piped.Add(rules = new PipedRules(kubeconfig, context, ResolveTarget(), Instance, Namespace));
        }

        rules.Names.Add(rule);
    }

    /// <inheritdoc />
    private protected override IEnumerable<CommandWork> ListLastWork() => _piped.Select(rules => new CommandWork(
        (rules.Kubeconfig, rules.Context),
        async (output, cancellationToken) =>
        {
            using var connection = ClusterConnection.Open(rules.Target, output);
            await DisableAsync(new ClusterClient(connection), rules.Instance, rules.Namespace, rules.Names, output, cancellationToken)
                .ConfigureAwait(false);
        }));

    private static async Task DisableAsync(
        ClusterClient client,
        string instance,
        string? place,
        IReadOnlySet<string>? names,
        CommandOutput output,
        CancellationToken cancellationToken)
    {
        var operation = new DisableRulesOperation(client, output);
        foreach (var plan in await operation.PlanAsync(instance, place, names, cancellationToken).ConfigureAwait(false))
        {
            var approval = await output.ApproveAsync($"{plan.Item.Id} on {client.Connection.Context}", "Delete").ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Objects(plan.Rules.Select(rule => rule with { IsPlan = true }));
            }

            if (approval.IsGiven)
            {
                output.Objects(await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>The name of the alert rule that comes from the pipeline; null for any other object.</summary>
    private string? FindRule() => InputObject is not null && new PipedObject(InputObject) is var piped && piped.Is<MilvusAlertRule>()
        ? piped.Text(nameof(MilvusAlertRule.Name))
        : null;

    /// <summary>The alert rules of a Milvus that came from the pipeline.</summary>
    /// <param name="Kubeconfig">The kubeconfig of the cluster.</param>
    /// <param name="Context">The context of the cluster.</param>
    /// <param name="Target">The cluster.</param>
    /// <param name="Instance">The name of the Milvus.</param>
    /// <param name="Namespace">Its namespace; null for any.</param>
    private sealed record PipedRules(string? Kubeconfig, string? Context, ClusterTarget Target, string Instance, string? Namespace)
    {
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
    }
}
