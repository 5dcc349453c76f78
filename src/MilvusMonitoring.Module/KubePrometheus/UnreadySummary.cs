using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Says of many objects that are not ready each cause once, with what mends it.</summary>
internal static class UnreadySummary
{
    private const int MostNamed = 3;

    private static readonly PodProblemKind[] Order =
    [
        PodProblemKind.Image,
        PodProblemKind.Creation,
        PodProblemKind.Scheduling,
        PodProblemKind.Start,
    ];

    /// <summary>Sums up.</summary>
    /// <param name="items">The objects; at least one.</param>
    /// <returns>The causes, without a semicolon, and what to do.</returns>
    public static (string Causes, string Remedy) Describe(IReadOnlyList<UnreadyObject> items)
    {
        var causes = new List<string>();
        var remedies = new List<string>();
        foreach (var group in items.GroupBy(KindOf).OrderBy(group => group.Key is { } kind ? Array.IndexOf(Order, kind) : Order.Length))
        {
            causes.AddRange(group.Key is { } kind ? Causes(kind, [.. group]) : Others([.. group]));
            if (Remedy(group.Key, [.. group]) is { } remedy)
            {
                remedies.Add(remedy);
            }
        }

        return (
            string.Join(", ", causes).Replace("; ", ", ", StringComparison.Ordinal),
            string.Join(", ", remedies.DefaultIfEmpty("see why the operator does not run")));
    }

    private static PodProblemKind? KindOf(UnreadyObject item)
    {
        var kinds = item.Problems.Select(problem => problem.Kind).ToHashSet();
        return Order.Where(kinds.Contains).Select(kind => (PodProblemKind?)kind).FirstOrDefault()
            ?? (item.State.Refusal is null ? null : PodProblemKind.Creation);
    }

    private static IEnumerable<string> Causes(PodProblemKind kind, IReadOnlyList<UnreadyObject> items)
    {
        if (kind == PodProblemKind.Image)
        {
            var problems = items.SelectMany(item => item.Problems).Where(problem => problem.Kind == kind).ToList();
            var images = problems.Select(problem => problem.Image!).Distinct(StringComparer.Ordinal).ToList();
            var registries = images.Select(ImageName.RegistryOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var what =
                images.Count == 1
                    ? $"image {images[0]}"
                    : $"{images.Count} images from {(registries.Count == 1 ? registries[0] : $"{registries.Count} registries, {List(registries)},")}";
            return [$"{what} cannot be pulled ({PullFailure.FindInnermost(problems.Select(problem => problem.Reason))}), for {Names(items)}"];
        }

        return items.GroupBy(item => ReasonOf(item, kind), StringComparer.Ordinal).Select(group => kind switch
        {
            PodProblemKind.Creation => $"no pod can be made of {Names([.. group])} ({group.Key})",
            PodProblemKind.Scheduling => $"no node takes a pod of {Names([.. group])} ({group.Key})",
            _ => $"{Containers([.. group])} of {Names([.. group])} does not stay up ({group.Key})",
        });
    }

    private static string ReasonOf(UnreadyObject item, PodProblemKind kind) =>
        item.Problems.FirstOrDefault(problem => problem.Kind == kind)?.Reason ?? PodRefusal.ReadReason(item.State.Refusal!);

    private static string Containers(IReadOnlyList<UnreadyObject> items) =>
        "container "
        + List([
            .. items
                .SelectMany(item => item.Problems)
                .Select(problem => problem.Container)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ]);

    private static IEnumerable<string> Others(IReadOnlyList<UnreadyObject> items)
    {
        var waiting = items.Where(item => item.WaitsForOperator).ToList();
        if (waiting.Count > 0)
        {
            yield return $"the operator is not running, for which {Names(waiting)} wait{(waiting.Count == 1 ? "s" : string.Empty)}";
        }

        var rest = items.Except(waiting).ToList();
        if (rest.Count > 0)
        {
            yield return List([.. rest.Select(item => $"{item.Id} ({item.State.Message})")]);
        }
    }

    private static string? Remedy(PodProblemKind? kind, IReadOnlyList<UnreadyObject> items) =>
        kind switch
        {
            PodProblemKind.Image =>
                "let the nodes reach what they cannot, or name a registry that has the images with -ImageRegistry (docs/offline.md tells how to fill one)",
            PodProblemKind.Creation => "change the quota or the policy that forbids the pods",
            PodProblemKind.Scheduling => "give the cluster a node that takes the pods",
            PodProblemKind.Start => "mend what the containers say",
            _ => items.All(item => item.WaitsForOperator) ? null : "mend the cause, or give more time with -Timeout",
        };

    private static string Names(IReadOnlyList<UnreadyObject> items) => List([.. items.Select(item => item.Id.ToString())]);

    private static string List(List<string> names) =>
        names.Count == 1 ? names[0]
        : names.Count <= MostNamed ? $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}"
        : $"{string.Join(", ", names.Take(MostNamed))} and {names.Count - MostNamed} more";
}
