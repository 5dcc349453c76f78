using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Takes a Milvus out of Prometheus: deletes its ServiceMonitor, if Enable-MilvusServiceMonitor or its Helm release made it.
/// A monitor that others made stays, and so does the PodMonitor of the Milvus Operator.
/// </summary>
[Cmdlet(VerbsLifecycle.Disable, "MilvusServiceMonitor", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class DisableMilvusServiceMonitorCommand : InstanceCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new DisableOperation(client, output);
        foreach (var plan in await operation.PlanAsync(Instance, Namespace, cancellationToken).ConfigureAwait(false))
        {
            if (plan.IsChange)
            {
                var approval = await output
                    .ApproveAsync($"{plan.Monitor.Id} on {client.Connection.Context}", "Delete")
                    .ConfigureAwait(false);
                if (approval.IsWhatIf)
                {
                    output.Object(plan.Result with { IsPlan = true });
                }

                if (!approval.IsGiven)
                {
                    continue;
                }
            }

            output.Object(await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false));
        }
    }
}
