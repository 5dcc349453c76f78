using System.Management.Automation;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands;

/// <summary>Parses the names of a parameter that allows wildcards.</summary>
internal static class NameWildcards
{
    /// <param name="name">The value of the parameter; null for all names.</param>
    public static NamePattern Parse(string? name)
    {
        var pattern = WildcardPattern.Get(name ?? "*", WildcardOptions.IgnoreCase);
        return new NamePattern(pattern.IsMatch, WildcardPattern.ContainsWildcardCharacters(name ?? "*") ? null : name);
    }
}
