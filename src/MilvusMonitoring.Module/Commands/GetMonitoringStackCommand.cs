using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lists every monitoring in a cluster, whichever tool installed it: its kind, what manages it, its versions, what its operator watches,
/// and what its Prometheus resources select.
/// Writes nothing if there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MonitoringStack")]
[OutputType(typeof(MonitoringStack))]
public sealed class GetMonitoringStackCommand : ClusterCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var stacks = await new MonitoringStackFinder(client, output).ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var stack in stacks)
        {
            output.Object(stack);
        }
    }
}
