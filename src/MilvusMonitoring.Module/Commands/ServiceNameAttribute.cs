using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Accepts text only: PowerShell converts any object from the pipeline to text, and that text is not the name of a Service.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServiceNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string name
            ? name
            : throw new ArgumentTransformationMetadataException(
                $"{PSObject.AsPSObject(inputData).TypeNames[0].Split('.')[^1]} is not the name of a Service; "
                    + "pipe a stack of Get-KubePrometheus, or names of Services.");
}
