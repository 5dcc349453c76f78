using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets a parameter for a stack of kube-prometheus take the copy that a job, a remote session, <c>Import-Clixml</c> or
/// <c>ConvertFrom-Json</c> makes of it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KubePrometheusCopyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var input = PSObject.AsPSObject(inputData);
        var copy = new PipedObject(input);
        return input.BaseObject is not KubePrometheusStack
            && copy.Is<KubePrometheusStack>()
            && copy.Text(nameof(KubePrometheusStack.Namespace)) is { } place
            && Uri.TryCreate(copy.Text(nameof(KubePrometheusStack.Server)), UriKind.Absolute, out var server)
            ? new KubePrometheusStack
            {
                Namespace = place,
                Server = server,
                KubernetesVersion = copy.Text(nameof(KubePrometheusStack.KubernetesVersion)) ?? string.Empty,
                Context = copy.Text(nameof(KubePrometheusStack.Context)),
                Kubeconfig = copy.Text(nameof(KubePrometheusStack.Kubeconfig)),
                Managers = [],
                Resources = [],
            }
            : inputData;
    }
}
