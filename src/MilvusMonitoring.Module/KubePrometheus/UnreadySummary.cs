using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>An object that did not become ready.</summary>
/// <param name="Id">The object.</param>
/// <param name="State">The state that the object, or its controller, reports.</param>
/// <param name="Problems">The problems of its pods; empty if the pods report none.</param>
/// <param name="WaitsForOperator">Whether the object belongs to an operator that does not run.</param>
internal sealed record UnreadyObject(ResourceId Id, ReadyState State, IReadOnlyList<PodProblem> Problems, bool WaitsForOperator)
{
    /// <summary>The state and all problems, in one line.</summary>
    public string Text =>
        Problems.Count == 0
            ? State.Message
            : string.Join(
                ", ",
                Problems.Select(problem => OneLine.TrimPunctuation(problem.ToString())).Prepend(OneLine.TrimPunctuation(State.Message)));
}

/// <summary>Sums up objects that are not ready: each cause once, each with its remedy.</summary>
/// <param name="Reason">The causes.</param>
/// <param name="Remedy">What to do about them.</param>
internal sealed record UnreadySummary(string Reason, string Remedy)
{
    private const int MostNamed = 3;

    private static readonly PodProblemKind[] Order =
    [
        PodProblemKind.Image,
        PodProblemKind.Creation,
        PodProblemKind.Scheduling,
        PodProblemKind.Start,
    ];

    /// <param name="items">The objects; at least one.</param>
    public static UnreadySummary Create(IReadOnlyList<UnreadyObject> items)
    {
        var causes = new List<string>();
        var remedies = new List<string>();
        foreach (var group in items.GroupBy(FindKind).OrderBy(group => group.Key is { } kind ? Array.IndexOf(Order, kind) : Order.Length))
        {
            causes.AddRange(group.Key is { } kind ? DescribeCauses(kind, [.. group]) : DescribeOthers([.. group]));
            if (FindRemedy(group.Key, [.. group]) is { } remedy)
            {
                remedies.Add(remedy);
            }
        }

        return new UnreadySummary(
            string.Join(", ", causes),
            string.Join(", ", remedies.DefaultIfEmpty("find out why the operator does not run")));
    }

    private static PodProblemKind? FindKind(UnreadyObject item)
    {
        var kinds = item.Problems.Select(problem => problem.Kind).ToHashSet();
        return Order.Where(kinds.Contains).Select(kind => (PodProblemKind?)kind).FirstOrDefault()
            ?? (item.State.Refusal is null ? null : PodProblemKind.Creation);
    }

    private static IEnumerable<string> DescribeCauses(PodProblemKind kind, IReadOnlyList<UnreadyObject> items) =>
        kind == PodProblemKind.Image
            ? [DescribePullFailure(items)]
            : items.GroupBy(item => FindReason(item, kind), StringComparer.Ordinal).Select(group => kind switch
            {
                PodProblemKind.Creation => $"no pod of {NameObjects([.. group])} can be created ({group.Key})",
                PodProblemKind.Scheduling => $"no node accepts a pod of {NameObjects([.. group])} ({group.Key})",
                _ => $"{NameContainers([.. group])} of {NameObjects([.. group])} does not stay up ({group.Key})",
            });

    private static string DescribePullFailure(IReadOnlyList<UnreadyObject> items)
    {
        var problems = items.SelectMany(item => item.Problems).Where(problem => problem.Kind == PodProblemKind.Image).ToList();
        var images = problems.Select(problem => problem.Image!).Distinct(StringComparer.Ordinal).ToList();
        var reason = PullFailure.FindInnermost(problems.Select(problem => problem.Reason));
        return $"{DescribeImages(images)} cannot be pulled ({reason}), for {NameObjects(items)}";
    }

    private static string DescribeImages(List<string> images)
    {
        if (images is [var only])
        {
            return $"image {only}";
        }

        var registries = images.Select(ImageName.RegistryOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var source = registries is [var registry] ? registry : $"{registries.Count} registries, {Join(registries)},";
        return $"{images.Count} images from {source}";
    }

    private static string FindReason(UnreadyObject item, PodProblemKind kind) =>
        item.Problems.FirstOrDefault(problem => problem.Kind == kind)?.Reason ?? PodRefusal.ReadReason(item.State.Refusal!);

    private static string NameContainers(IReadOnlyList<UnreadyObject> items) =>
        "container "
        + Join([
            .. items
                .SelectMany(item => item.Problems)
                .Select(problem => problem.Container)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ]);

    private static IEnumerable<string> DescribeOthers(IReadOnlyList<UnreadyObject> items)
    {
        var waiting = items.Where(item => item.WaitsForOperator).ToList();
        if (waiting.Count > 0)
        {
            yield return $"the operator is not running, and {NameObjects(waiting)} wait{(waiting.Count == 1 ? "s" : string.Empty)} for it";
        }

        var rest = items.Except(waiting).ToList();
        if (rest.Count > 0)
        {
            yield return Join([.. rest.Select(item => $"{item.Id} ({item.State.Message})")]);
        }
    }

    private static string? FindRemedy(PodProblemKind? kind, IReadOnlyList<UnreadyObject> items) => kind switch
    {
        PodProblemKind.Image =>
            "give the nodes access to the registries, or name a registry that has the images with -ImageRegistry "
            + "(docs/offline.md shows how to fill one)",
        PodProblemKind.Creation => "change the quota or the policy that forbids the pods",
        PodProblemKind.Scheduling => "add a node that accepts the pods",
        PodProblemKind.Start => "fix what the containers report",
        _ => items.All(item => item.WaitsForOperator) ? null : "fix the cause, or increase -Timeout",
    };

    private static string NameObjects(IReadOnlyList<UnreadyObject> items) => Join([.. items.Select(item => item.Id.ToString())]);

    private static string Join(List<string> names) => names.Count switch
    {
        1 => names[0],
        <= MostNamed => $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}",
        _ => $"{string.Join(", ", names.Take(MostNamed))} and {names.Count - MostNamed} more",
    };
}
