using System.Management.Automation;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Deletes the alert rules of a Milvus that Enable-MilvusAlertRule made. The rules of others stay. The Milvus may be gone already.
/// </summary>
[Cmdlet(VerbsLifecycle.Disable, "MilvusAlertRule", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertRule))]
public sealed class DisableMilvusAlertRuleCommand : InstanceCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new DisableRulesOperation(client, output);
        foreach (var plan in await operation.PlanAsync(Instance, Namespace, cancellationToken).ConfigureAwait(false))
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
}
