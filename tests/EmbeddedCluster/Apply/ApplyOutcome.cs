using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>What came of an apply: the object, or the conflicts that stopped it.</summary>
internal sealed record ApplyOutcome(JsonObject Object, IReadOnlyList<FieldConflict> Conflicts);

/// <summary>A field that the configuration would change and that another manager owns.</summary>
/// <remarks>The field is spelled as a Status names it: <c>.data.k</c>, <c>.spec.containers[name="a"].image</c>.</remarks>
internal sealed record FieldConflict(string Manager, string Operation, string ApiVersion, DateTimeOffset? Time, string Field)
{
    public string? Subresource { get; init; }

    /// <summary>The manager as conflict messages print it.</summary>
    public string Who
    {
        get
        {
            var subresource = Subresource is null ? "" : $" with subresource \"{Subresource}\"";
            var version = Operation == ManagerId.Update ? $" using {ApiVersion}" : "";
            return $"\"{Manager}\"{subresource}{version}";
        }
    }

    /// <summary>The message of this conflict's cause in a Status, whose reason is <c>FieldManagerConflict</c>.</summary>
    public string CauseMessage => "conflict with " + Who;

    /// <summary>The message of the Status as a whole.</summary>
    public static string Summary(IReadOnlyList<FieldConflict> conflicts)
    {
        if (conflicts.Count == 1)
        {
            return $"Apply failed with 1 conflict: {conflicts[0].CauseMessage}: {conflicts[0].Field}";
        }

        var lines = conflicts
            .GroupBy(conflict => conflict.Who)
            .SelectMany(group => group.Select(conflict => "- " + conflict.Field).Prepend($"conflicts with {group.Key}:"));
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
    }
}
