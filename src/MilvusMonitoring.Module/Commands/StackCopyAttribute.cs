using System.Management.Automation;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets a parameter for a monitoring take the copy that a job, a remote session, <c>Import-Clixml</c> or <c>ConvertFrom-Json</c> makes of
/// it. Without this attribute PowerShell binds the name and namespace of the copy to the parameters for a Milvus or a Service.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StackCopyAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether a stack of Get-KubePrometheus stands for its monitoring.</summary>
    public bool TakesKubePrometheus { get; init; }

    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var input = PSObject.AsPSObject(inputData);
        var copy = new PipedObject(input);
        if (input.BaseObject is MonitoringStack)
        {
            return inputData;
        }

        if (TakesKubePrometheus && copy.Is<KubePrometheusStack>() && copy.Text(nameof(KubePrometheusStack.Namespace)) is { } own)
        {
            return new MonitoringStack
            {
                Kind = MonitoringStackKind.KubePrometheus,
                Name = own,
                Namespace = own,
                ManagedBy = FieldManagerEntry.OurName,
                Context = copy.Text(nameof(KubePrometheusStack.Context)),
                Kubeconfig = copy.Text(nameof(KubePrometheusStack.Kubeconfig)),
            };
        }

        if (!copy.Is<MonitoringStack>())
        {
            // PowerShell makes a stack of any object with properties of the same names, but not of a text.
            return inputData?.ToString() ?? string.Empty;
        }

        return copy.Text(nameof(MonitoringStack.Name)) is { } name && copy.Text(nameof(MonitoringStack.Namespace)) is { } place
            ? new MonitoringStack
            {
                Kind = copy.EnumValue<MonitoringStackKind>(nameof(MonitoringStack.Kind)),
                Name = name,
                Namespace = place,
                ManagedBy = copy.Text(nameof(MonitoringStack.ManagedBy)) ?? string.Empty,
                Prometheus = ListPrometheus(copy),
                Context = copy.Text(nameof(MonitoringStack.Context)),
                Kubeconfig = copy.Text(nameof(MonitoringStack.Kubeconfig)),
            }
            : inputData;
    }

    /// <summary>The only Prometheus resource. A copy need not keep the properties of what an object contains.</summary>
    private static IReadOnlyList<StackPrometheus> ListPrometheus(PipedObject copy) =>
        copy.Text(nameof(MonitoringStack.PrometheusName)) is { } name
        && copy.Text(nameof(MonitoringStack.PrometheusNamespace)) is { } place
            ? [new StackPrometheus { Kind = "Prometheus", Namespace = place, Name = name, ServiceAccount = string.Empty }]
            : [];
}
