using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Describes the owners of the fields that a server-side apply would have changed.</summary>
internal static class FieldConflictText
{
    private const int ManagersShown = 4;
    private const int FieldsShown = 4;

    /// <summary>Lists the managers, each with its fields. Long lists are cut.</summary>
    /// <param name="causes">The causes of the 409.</param>
    public static string Describe(IReadOnlyList<StatusCause> causes) =>
        DescribeOwners(causes
            .Where(cause => cause.Reason == "FieldManagerConflict")
            .Select(cause => (ReadManager(cause.Message), cause.Field)));

    /// <summary>Lists the managers, each with its fields. Long lists are cut.</summary>
    public static string DescribeOwners(IEnumerable<(string Manager, string Field)> fields)
    {
        var managers = fields.GroupBy(field => field.Manager, field => OneLine.Clean(field.Field, 200)).ToList();
        var shown = managers.Take(ManagersShown).Select(manager => $"'{manager.Key}' owns {Shorten([.. manager], FieldsShown)}");
        return string.Join(", ", shown)
            + (managers.Count > ManagersShown ? $" and {managers.Count - ManagersShown} more managers own others" : "");
    }

    /// <summary>Reads the manager in the message of a cause: <c>conflict with "kubectl" using apps/v1</c>.</summary>
    public static string ReadManager(string message)
    {
        var start = message.IndexOf('"', StringComparison.Ordinal);
        var end = start < 0 ? -1 : message.IndexOf('"', start + 1);
        return OneLine.Clean(end < 0 ? message : message[(start + 1)..end], 120);
    }

    private static string Shorten(List<string> fields, int limit) =>
        string.Join(", ", fields.Take(limit)) + (fields.Count > limit ? $" and {fields.Count - limit} more" : "");
}
