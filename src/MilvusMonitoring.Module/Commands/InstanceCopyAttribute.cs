using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Lets a parameter for a Milvus take the copy that a job, a remote session or <c>Import-Clixml</c> makes of it. Without this attribute
/// PowerShell binds the properties of the copy to other parameters by their names.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class InstanceCopyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var input = PSObject.AsPSObject(inputData);
        var copy = new PipedObject(input);
        if (input.BaseObject is MilvusInstance || !copy.Is<MilvusInstance>())
        {
            return inputData;
        }

        return copy.Text(nameof(MilvusInstance.Name)) is { } name && copy.Text(nameof(MilvusInstance.Namespace)) is { } place
            ? new MilvusInstance
            {
                Name = name,
                Namespace = place,
                Status = copy.Text(nameof(MilvusInstance.Status)) ?? string.Empty,
                MonitorKind = copy.Text(nameof(MilvusInstance.MonitorKind)) ?? string.Empty,
                MonitorName = copy.Text(nameof(MilvusInstance.MonitorName)) ?? string.Empty,
            }
            : inputData;
    }
}
