using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>An object that is not the stack's.</summary>
/// <param name="Owner">The field manager that created it; <c>unknown</c> if there is none.</param>
/// <param name="IsData">Whether it is a volume claim of Prometheus or Alertmanager.</param>
internal sealed record ForeignObject(ResourceId Id, string Owner, bool IsData)
{
    private const int LongestOwner = 60;

    public static ForeignObject From(ResourceId id, ObjectMetadata live)
    {
        var owner = live.Managers
            .Where(manager => manager.Subresource.Length == 0)
            .OrderBy(manager => manager.WritesStatus)
            .ThenBy(manager => FieldManagers.IsController(manager))
            .ThenBy(manager => manager.Time)
            .Select(manager => OneLine.Clean(manager.Manager, LongestOwner))
            .FirstOrDefault(name => name.Length > 0);
        var isData = id is { Group: "", Kind: "PersistentVolumeClaim" }
            && (live.Labels.ContainsKey("operator.prometheus.io/name")
                || live.Labels.GetValueOrDefault("app.kubernetes.io/managed-by") == "prometheus-operator"
                || live.Labels.GetValueOrDefault("app.kubernetes.io/name") is "prometheus" or "alertmanager"
                || live.Labels.GetValueOrDefault("app") is "prometheus" or "alertmanager");
        return new ForeignObject(id, owner ?? "unknown", isData);
    }
}

/// <summary>What others have where the stack is deleted.</summary>
/// <param name="Found">The objects.</param>
/// <param name="Unseen">The kinds and groups that could not be looked at.</param>
internal sealed record ForeignObjects(IReadOnlyList<ForeignObject> Found, IReadOnlyList<string> Unseen)
{
    private const int MostNamed = 3;

    /// <summary>Whether it is certain that there is nothing.</summary>
    public bool IsNone => Found.Count == 0 && Unseen.Count == 0;

    /// <summary>
    /// The objects in a few words, after "contains": <c>3 objects of others (2 of helm, 1 of kubectl: Secret/monitoring/a, ...)</c>.
    /// </summary>
    public string Describe()
    {
        List<string> parts = [];
        var data = Found.Where(item => item.IsData).ToList();
        var others = Found.Where(item => !item.IsData).ToList();
        if (others.Count > 0)
        {
            var owners = others
                .GroupBy(item => item.Owner, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Count()} of {group.Key}")
                .ToList();
            parts.Add($"{Count(others.Count, "object")} of others ({NameFew(owners)}: {NameFew(others)})");
        }

        if (data.Count > 0)
        {
            parts.Add($"{Count(data.Count, "volume")} with the data of Prometheus or Alertmanager ({NameFew(data)})");
        }

        if (Unseen.Count > 0)
        {
            parts.Add($"what could not be looked at ({NameFew(Unseen)})");
        }

        return string.Join(", and ", parts);
    }

    /// <summary>Why the namespace stays.</summary>
    public string DescribeNamespace() => $"still contains {Describe()}; -Force deletes all of that with the namespace";

    /// <summary>Names the first few of a list, and counts the rest.</summary>
    public static string NameFew(IReadOnlyCollection<string> names)
    {
        var first = string.Join(", ", names.Take(MostNamed));
        return names.Count > MostNamed ? $"{first} and {names.Count - MostNamed} more" : first;
    }

    private static string NameFew(IReadOnlyCollection<ForeignObject> objects) => NameFew([.. objects.Select(item => item.Id.ToString())]);

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
