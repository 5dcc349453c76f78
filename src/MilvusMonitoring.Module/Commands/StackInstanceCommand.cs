using System.Management.Automation;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>The base of the cmdlets that make for one Milvus what the Prometheus of a stack selects.</summary>
public abstract class StackInstanceCommand : InstanceCommand
{
    private bool _isNamed;

    /// <summary>
    /// The monitoring whose Prometheus is to select what the command makes, from Get-MonitoringStack. Default: any Prometheus in the
    /// cluster, that of the Milvus first.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    [StackCopy]
    public MonitoringStack? Stack { get; set; }

    /// <summary>The namespace of the Milvus; null for any. A piped stack binds a namespace of its own to the parameter.</summary>
    private protected string? InstanceNamespace => Stack is not null && Namespace == Stack.Namespace ? null : Namespace;

    /// <summary>The Prometheus of the stack; any without a stack.</summary>
    private protected PrometheusChoice ChosenPrometheus => new(Stack?.PrometheusNamespace, Stack?.PrometheusName);

    /// <inheritdoc />
    protected sealed override void BeginProcessing()
    {
        _isNamed = MyInvocation.BoundParameters.ContainsKey(nameof(Instance));
        base.BeginProcessing();
    }

    /// <summary>Refuses the name of a piped stack, which PowerShell binds as that of the Milvus.</summary>
    private protected void EnsureInstanceIsNamed()
    {
        if (Stack is not null && !_isNamed && Instance == Stack.Name)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The stack '{Stack.Name}' names no Milvus",
                $"name the Milvus too: Get-MonitoringStack | {MyInvocation.MyCommand.Name} my-release",
                nameof(Instance));
        }
    }
}
