using System.Globalization;
using System.Management.Automation;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets a parameter for a port-forward take a copy of it, made by a job, <c>Import-Clixml</c> or <c>ConvertFrom-Json</c>: it stands for the
/// port-forward of this process that has its number and its local port.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PortForwardCopyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var input = PSObject.AsPSObject(inputData);
        var copy = new PipedObject(input);
        return input.BaseObject is not MonitoringPortForward && copy.Is<MonitoringPortForward>()
            ? PortForwardRegistry.ForRunspace().All.FirstOrDefault(forward => IsCopy(copy, forward)) ?? inputData
            : inputData;
    }

    private static bool IsCopy(PipedObject copy, MonitoringPortForward forward) =>
        copy.Text(nameof(MonitoringPortForward.Id)) == forward.Id.ToString(CultureInfo.InvariantCulture)
        && copy.Text(nameof(MonitoringPortForward.LocalPort)) == forward.LocalPort.ToString(CultureInfo.InvariantCulture);
}
