using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>Takes text only: PowerShell would make text of any object that comes down the pipeline, a stack say, and take that for a name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UncoercedTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text
            ? text
            : throw new ArgumentTransformationMetadataException("A name is needed here.");
}
