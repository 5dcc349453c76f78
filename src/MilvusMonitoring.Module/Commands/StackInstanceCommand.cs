using System.Collections;
using System.Management.Automation;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>The base of the cmdlets that make for one Milvus what the Prometheus of a stack selects.</summary>
public abstract class StackInstanceCommand : InstanceCommand
{
    private bool _isNamed;

    /// <summary>
    /// The monitoring whose Prometheus is to select what the command makes, from Get-MonitoringStack or Get-KubePrometheus. Default: any
    /// Prometheus in the cluster, that of the Milvus first.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    [StackCopy(TakesKubePrometheus = true)]
    public MonitoringStack? Stack { get; set; }

    /// <summary>The namespace of the Milvus; null for any. A piped stack binds a namespace of its own to the parameter.</summary>
    private protected string? InstanceNamespace => Stack is not null && Namespace == Stack.Namespace ? null : Namespace;

    /// <summary>The Prometheus of the stack; any without a stack. A stack of Get-KubePrometheus tells its namespace only.</summary>
    private protected PrometheusChoice ChosenPrometheus => Stack is { Kind: MonitoringStackKind.KubePrometheus, Prometheus.Count: 0 }
        ? new PrometheusChoice(Stack.Namespace, null)
        : new PrometheusChoice(Stack?.PrometheusNamespace, Stack?.PrometheusName);

    /// <summary>Reads the labels of a parameter.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: a label has no value.</exception>
    private protected static IReadOnlyDictionary<string, string> ParseLabels(Hashtable labels)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry label in labels)
        {
            parsed[$"{label.Key}"] = label.Value?.ToString() ?? throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"The label '{label.Key}' has no value",
                "give it a value, or '' for an empty one",
                "AdditionalLabel");
        }

        return parsed;
    }

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
