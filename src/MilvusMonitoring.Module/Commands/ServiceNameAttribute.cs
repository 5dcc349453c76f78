using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Takes text for the name of a Service and refuses everything else: PowerShell would make a name of any object that comes through the
/// pipeline.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServiceNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string name
            ? name
            : throw new ArgumentTransformationMetadataException(
                $"{PSObject.AsPSObject(inputData).TypeNames[0].Split('.')[^1]} is no name of a Service; pipe a stack as Get-KubePrometheus shows it in this session, or names of Services."
            );
}
