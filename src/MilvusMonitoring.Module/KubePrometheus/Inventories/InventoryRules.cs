using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>
/// What an inventory may say. Kinds, plurals and names become paths of requests, so each has to be a word that the API server uses itself.
/// </summary>
internal static partial class InventoryRules
{
    private const int LongestName = 253;
    private const int LongestText = 4096;
    private const int MatchMilliseconds = 1000;

    /// <summary>Whether the inventory can be used.</summary>
    public static bool IsSound(Inventory inventory) =>
        inventory.Entries.Count <= Bounds.InventoryEntries.Limit
        && IsMatch(Label(), inventory.Namespace)
        && IsText(inventory.Source)
        && IsOptionalText(inventory.Release)
        && IsOptionalText(inventory.ManifestDigest)
        && inventory.Entries.All(IsSound)
        && inventory.Entries.Select(entry => entry.Id).Distinct().Count() == inventory.Entries.Count;

    private static bool IsSound(InventoryEntry entry) =>
        IsKind(entry)
        && IsName(entry.Name)
        && (entry.Namespace is null || IsMatch(Label(), entry.Namespace))
        && IsText(entry.Component)
        && IsOptionalText(entry.File)
        && IsOptionalText(entry.Uid)
        && IsOptionalText(entry.ResourceVersion)
        && IsOptionalText(entry.OwnedFields)
        && IsOptionalText(entry.ManifestHash)
        && MayBeLeftAlone(entry);

    private static bool IsKind(InventoryEntry entry) =>
        (entry.Group is "" || IsMatch(Domain(), entry.Group))
        && IsMatch(Label(), entry.Version)
        && IsMatch(Label(), entry.Plural)
        && IsMatch(Kind(), entry.Kind);

    /// <summary>An installation leaves an APIService alone, and nothing else.</summary>
    private static bool MayBeLeftAlone(InventoryEntry entry) =>
        entry.LeftAlone is null || (entry.Id.IsApiService && IsText(entry.LeftAlone));

    /// <summary>A name as a segment of a path: names of roles have colons.</summary>
    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName }
        && name is not ("." or "..")
        && !name.Any(character => char.IsControl(character) || char.IsWhiteSpace(character) || character is '/' or '%');

    private static bool IsText([NotNullWhen(true)] string? text) => text is { Length: <= LongestText } && !text.Any(char.IsControl);

    private static bool IsOptionalText(string? text) => text is null || IsText(text);

    private static bool IsMatch(Regex rule, string? text) => text is { Length: <= LongestName } && rule.IsMatch(text);

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\\z", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Domain();

    [GeneratedRegex("^[A-Za-z][-A-Za-z0-9]{0,62}\\z", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex Kind();
}
