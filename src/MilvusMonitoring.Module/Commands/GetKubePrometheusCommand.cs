using System.Management.Automation;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lists the kube-prometheus stacks in a cluster: release, field managers, readiness of each component, and drift.
/// Writes no object if there is no stack.
/// </summary>
[Cmdlet(VerbsCommon.Get, "KubePrometheus")]
[OutputType(typeof(KubePrometheusStack))]
public sealed class GetKubePrometheusCommand : ClusterCommand
{
    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var reader = new StackReader(client, output, ClusterClient.DefaultThrottleLimit);
        foreach (var stack in await reader.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            output.Object(stack);
        }
    }
}
