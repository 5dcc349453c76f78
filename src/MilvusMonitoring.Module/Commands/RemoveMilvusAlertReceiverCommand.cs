using System.Management.Automation;
using MilvusMonitoring.Alerts.Receivers;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Removes a receiver of Set-MilvusAlertReceiver. The configuration of the Alertmanager is then as it was without it, byte for byte.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "MilvusAlertReceiver", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusAlertReceiver))]
public sealed class RemoveMilvusAlertReceiverCommand : AlertmanagerCommand
{
    /// <summary>The name of the receiver.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The object that holds the receiver, where several have one of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Resource { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new ReceiverOperation(client, output);
        var plan = await operation
            .PlanRemoveAsync(Name, Resource, ChooseAlertmanager(null), cancellationToken).ConfigureAwait(false);
        var approval = await output
            .ApproveAsync($"{plan.Receiver.Type} receiver '{Name}' ({plan.Receiver.Resource}) on {client.Connection.Context}", "Remove")
            .ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            output.Object(plan.Receiver with { IsPlan = true });
        }

        if (approval.IsGiven)
        {
            output.Object(await operation.RemoveAsync(plan, cancellationToken).ConfigureAwait(false));
        }
    }
}
