using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Says who owns the fields that a server-side apply would have changed.</summary>
internal static class FieldConflictText
{
    private const int ManagersShown = 4;
    private const int FieldsShown = 4;

    /// <summary>Describes a conflict.</summary>
    /// <param name="causes">The causes of the 409.</param>
    /// <returns>The managers, each with its fields; shortened when there are many.</returns>
    public static string Describe(IReadOnlyList<StatusCause> causes)
    {
        var managers = causes
            .Where(cause => cause.Reason == "FieldManagerConflict")
            .GroupBy(cause => Manager(cause.Message), cause => OneLine.Clean(cause.Field, 200))
            .ToList();
        var shown = managers.Take(ManagersShown).Select(manager => $"'{manager.Key}' owns {Shortened([.. manager], FieldsShown)}");
        return string.Join(", ", shown)
            + (managers.Count > ManagersShown ? $" and {managers.Count - ManagersShown} more managers own others" : "");
    }

    /// <summary>The manager that a cause names: <c>conflict with "kubectl" using apps/v1</c>.</summary>
    /// <param name="message">The cause's message.</param>
    /// <returns>The manager.</returns>
    public static string Manager(string message)
    {
        var start = message.IndexOf('"', StringComparison.Ordinal);
        var end = start < 0 ? -1 : message.IndexOf('"', start + 1);
        return OneLine.Clean(end < 0 ? message : message[(start + 1)..end], 120);
    }

    private static string Shortened(List<string> fields, int limit) =>
        string.Join(", ", fields.Take(limit)) + (fields.Count > limit ? $" and {fields.Count - limit} more" : "");
}
