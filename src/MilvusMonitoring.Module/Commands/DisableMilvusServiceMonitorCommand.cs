using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Takes a Milvus out of Prometheus: deletes its ServiceMonitor, if Enable-MilvusServiceMonitor or its Helm release made it.
/// One that others made stays, and so does the PodMonitor of the Milvus Operator.
/// </summary>
[Cmdlet(VerbsLifecycle.Disable, "MilvusServiceMonitor", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class DisableMilvusServiceMonitorCommand : InstanceCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var reader = new MonitorReader(client, output);
        var remover = new MonitorRemover(client, output, reader);
        var (found, monitors) = await remover.FindAsync(Instance, Namespace, cancellationToken).ConfigureAwait(false);
        foreach (var monitor in monitors)
        {
            var shown = await reader.ShowAsync(monitor, cancellationToken).ConfigureAwait(false);
            if (MonitorRemover.FindRefusal(monitor, Instance) is { } reason)
            {
                output.Warning($"{monitor.Id} stays: {reason}.");
                output.Object(shown with { Action = ResourceAction.Skipped, Message = reason });
                continue;
            }

            var approval = await output.ApproveAsync($"{monitor.Id} on {client.Connection.Context}", "Delete").ConfigureAwait(false);
            if (approval.IsGiven)
            {
                await remover.DeleteAsync(found, monitor, cancellationToken).ConfigureAwait(false);
            }

            if (approval.IsGiven || approval.IsWhatIf)
            {
                output.Object(shown with { Action = ResourceAction.Deleted, IsPlan = approval.IsWhatIf });
            }
        }

        if (monitors.Count == 0)
        {
            output.Verbose($"{Instance} has no monitor.");
        }
    }
}
