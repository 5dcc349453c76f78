using System.Management.Automation;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands;

/// <summary>Parses the names of a parameter that allows wildcards.</summary>
internal static class NameWildcards
{
    /// <param name="name">The value of the parameter; null for all names.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: it is not a valid pattern.</exception>
    public static NamePattern Parse(string? name)
    {
        var pattern = WildcardPattern.Get(name ?? "*", WildcardOptions.IgnoreCase);
        try
        {
            // PowerShell reads a pattern when it first compares a name.
            pattern.IsMatch(string.Empty);
        }
        catch (WildcardPatternException exception)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"'{name}' is not a valid wildcard pattern",
                "close each [ with ], or write `[ for the character itself",
                name!,
                exception);
        }

        return new NamePattern(pattern.IsMatch, WildcardPattern.ContainsWildcardCharacters(name ?? "*") ? null : name);
    }
}
