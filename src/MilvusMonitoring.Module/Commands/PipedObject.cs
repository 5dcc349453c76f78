using System.Management.Automation;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// An object from the pipeline: an object of this module, or a copy of one. A job, a remote session, <c>Import-Clixml</c> or
/// <c>Select-Object</c> makes such a copy, which has the properties but not the type. A copy from JSON does not name its type either.
/// </summary>
internal sealed class PipedObject(PSObject value)
{
    /// <summary>
    /// Whether the object has a type, or is a copy of an object of that type: PowerShell puts <c>Deserialized.</c> or <c>Selected.</c>
    /// before the name of the type. A copy from JSON is known by having every property of the type.
    /// </summary>
    public bool Is<T>() =>
        value.TypeNames.Any(name => name == typeof(T).FullName || name.EndsWith("." + typeof(T).FullName, StringComparison.Ordinal))
        || (IsUntyped && typeof(T).GetProperties().All(property => value.Properties[property.Name] is not null));

    /// <summary>
    /// Whether the object names a cluster and nothing else that this module knows, as an entry of a list of clusters does: a command then
    /// does there what it does without input.
    /// </summary>
    public bool NamesCluster =>
        !value.TypeNames.Any(name => name.Contains(typeof(MilvusInstance).Namespace + ".", StringComparison.Ordinal))
        && (Text(nameof(ClusterCommand.Kubeconfig)) ?? Text(ClusterCommand.ConfigPath) ?? Text(nameof(ClusterCommand.Context))) is not null;

    private bool IsUntyped => value.TypeNames.FirstOrDefault() == typeof(PSCustomObject).FullName;

    /// <summary>Finds the Prometheus of a stack; null if the object is not a stack.</summary>
    public PrometheusChoice? FindPrometheus()
    {
        if (Is<KubePrometheusStack>())
        {
            return new PrometheusChoice(Text(nameof(KubePrometheusStack.Namespace)), null);
        }

        return Is<MonitoringStack>()
            ? new PrometheusChoice(
                Text(nameof(MonitoringStack.PrometheusNamespace)) ?? Text(nameof(MonitoringStack.Namespace)),
                Text(nameof(MonitoringStack.PrometheusName)))
            : null;
    }

    /// <summary>A property as text; null if the property is missing or empty.</summary>
    public string? Text(string property) => value.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A property as a value of an enum.</summary>
    /// <exception cref="PSInvalidCastException">The property is missing, or is not a value of the enum.</exception>
    public T EnumValue<T>(string property)
        where T : struct, Enum => LanguagePrimitives.ConvertTo<T>(Text(property));
}
