using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;

namespace MilvusMonitoring.Commands;

/// <summary>What the cmdlets that act on one Milvus have in common: which one.</summary>
public abstract class InstanceCommand : ClusterCommand
{
    /// <summary>The name of the Milvus: of its Helm release, or of the Operator's resource.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string Instance { get; set; } = string.Empty;

    /// <summary>Its namespace; needed where several namespaces have a Milvus of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }
}
