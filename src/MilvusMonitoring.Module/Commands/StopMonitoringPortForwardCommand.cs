using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>Stops port-forwards of this process: frees their ports and resets open connections.</summary>
[Cmdlet(
    VerbsLifecycle.Stop,
    "MonitoringPortForward",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    DefaultParameterSetName = ServiceSet
)]
[OutputType(typeof(MonitoringPortForward))]
public sealed class StopMonitoringPortForwardCommand : AsyncCommand
{
    private const string InputSet = "InputObject";
    private const string ServiceSet = "Service";
    private const string IdSet = "Id";
    private const string AllSet = "All";

    private readonly PortForwardRegistry _registry = PortForwardRegistry.ForRunspace();

    /// <summary>The port-forward, from Start- or Get-MonitoringPortForward.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [PortForwardCopy]
    public MonitoringPortForward? InputObject { get; set; }

    /// <summary>The Service, such as <c>Prometheus</c> or <c>prometheus-k8s</c>; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ServiceSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Service { get; set; } = [];

    /// <summary>The port-forward's number in this process.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(ForwardCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>Stops all port-forwards of this process, those of other runspaces among them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>Writes the stopped port-forwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        var chosen = ParameterSetName switch
        {
            InputSet => new PortForwardChoice([InputObject!], []),
            AllSet => new PortForwardChoice(All ? _registry.All : [], []),
            IdSet => PortForwardChoice.SelectByIds(_registry.All, Id),
            _ => PortForwardChoice.SelectByNames(_registry.All, [.. Service.Select(NameWildcards.Parse)]),
        };
        foreach (var missing in chosen.Missing)
        {
            output.Error(missing);
        }

        foreach (var forward in chosen.Found)
        {
            var approval = await output.ApproveAsync($"{forward}", "Stop").ConfigureAwait(false);
            if (!approval.IsGiven)
            {
                continue;
            }

            await _registry.StopAsync(forward).ConfigureAwait(false);
            if (PassThru)
            {
                output.Object(forward);
            }
        }
    }
}
