using System.Management.Automation;

namespace MilvusMonitoring.Commands;

/// <summary>
/// An object out of the pipeline: one of this module's own, or the copy of one that a job, a remote session, <c>Import-Clixml</c> or
/// <c>Select-Object</c> gives, which has its properties but not its type.
/// </summary>
internal sealed class PipedObject(PSObject value)
{
    /// <summary>
    /// Whether it is an object of a type, or a copy of one: PowerShell puts <c>Deserialized.</c> or <c>Selected.</c> before the name of its
    /// type.
    /// </summary>
    public bool Is<T>() =>
        value.TypeNames.Any(name => name == typeof(T).FullName || name.EndsWith("." + typeof(T).FullName, StringComparison.Ordinal));

    /// <summary>A property as text; null where it has none or an empty one.</summary>
    public string? Text(string property) => value.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A property that is one of a few words.</summary>
    /// <exception cref="PSInvalidCastException">It is none of them.</exception>
    public T Word<T>(string property)
        where T : struct, Enum => LanguagePrimitives.ConvertTo<T>(Text(property));
}
