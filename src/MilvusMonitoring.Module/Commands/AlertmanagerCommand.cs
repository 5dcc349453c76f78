using System.Management.Automation;
using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Commands.Completion;

namespace MilvusMonitoring.Commands;

/// <summary>The base of the cmdlets that use an Alertmanager.</summary>
public abstract class AlertmanagerCommand : ClusterCommand
{
    /// <summary>The namespace of the Alertmanager resource, to choose among several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? AlertmanagerNamespace { get; set; }

    /// <summary>The name of the Alertmanager resource, to choose among several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? AlertmanagerName { get; set; }

    /// <summary>The Alertmanager that the parameters or a piped stack name.</summary>
    /// <param name="input">The object from the pipeline; null for none.</param>
    private protected AlertmanagerChoice ChooseAlertmanager(PSObject? input)
    {
        var piped = input is null ? null : new PipedObject(input);
        var (place, name) = (AlertmanagerNamespace, AlertmanagerName);
        if (piped?.Is<KubePrometheusStack>() is true)
        {
            place ??= piped.Text(nameof(KubePrometheusStack.Namespace));
        }
        else if (piped?.Is<MonitoringStack>() is true)
        {
            // A stack with several leaves the choice to the parameters.
            var own = LanguagePrimitives.ConvertTo<string[]>(input!.Properties[nameof(MonitoringStack.Alertmanager)]?.Value) ?? [];
            var parts = own is [var only] ? only.Split('/') : [];
            place ??= parts is [_, var found, _] ? found : piped.Text(nameof(MonitoringStack.Namespace));
            name ??= parts is [_, _, var last] ? last : null;
        }

        return new AlertmanagerChoice(place, name);
    }

    /// <summary>The Milvus that an object from the pipeline is or names; null for a stack, a cluster or nothing.</summary>
    /// <exception cref="MonitoringException">The object is neither.</exception>
    private protected static (string Namespace, string Name)? FindInstance(PSObject? input)
    {
        if (input is null)
        {
            return null;
        }

        var piped = new PipedObject(input);
        if (piped.Is<KubePrometheusStack>() || piped.Is<MonitoringStack>() || piped.NamesCluster)
        {
            return null;
        }

        var name = piped.Is<MilvusServiceMonitor>() ? piped.Text(nameof(MilvusServiceMonitor.Instance)) : piped.Text("Name");
        return (piped.Is<MilvusInstance>() || piped.Is<MilvusServiceMonitor>()) && name is not null && piped.Text("Namespace") is { } place
            ? (place, name)
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{input.BaseObject.GetType().Name} names neither a Milvus nor an Alertmanager",
                "pipe a Milvus from Get-MilvusInstance, or a stack from Get-MonitoringStack",
                "InputObject");
    }
}
