using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>Shows what is installed.</summary>
[Cmdlet(VerbsCommon.Get, "KubePrometheus")]
public sealed class GetKubePrometheusCommand : PSCmdlet
{
}
