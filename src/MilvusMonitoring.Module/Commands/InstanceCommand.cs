using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;

namespace MilvusMonitoring.Commands;

/// <summary>The base of the cmdlets that act on one Milvus.</summary>
public abstract class InstanceCommand : ClusterCommand
{
    /// <summary>The name of the Milvus: the name of its Helm release, or of its resource of the Milvus Operator.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string Instance { get; set; } = string.Empty;

    /// <summary>The namespace of the Milvus; required if several namespaces have a Milvus of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }
}
