using System.Management.Automation;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows the kube-prometheus stacks in a cluster: release, field managers, readiness component by component, and what differs from what was
/// applied.
/// Nothing is written where there is none.
/// </summary>
[Cmdlet(VerbsCommon.Get, "KubePrometheus")]
[OutputType(typeof(KubePrometheusStack))]
public sealed class GetKubePrometheusCommand : ClusterCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        foreach (
            var stack in await new StackReader(client, output, ClusterClient.DefaultThrottleLimit)
                .ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            output.Object(stack);
        }
    }
}
