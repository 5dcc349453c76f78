using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>Looks whether what has to hold after every case does.</summary>
internal static class Invariants
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>Each error has an id and one line, and each cause is told once.</summary>
    public static IEnumerable<string> OfErrors(RunResult result, int most)
    {
        foreach (var error in result.Errors.Where(error => error is not MonitoringException and not OperationCanceledException))
        {
            yield return $"an error without an id: {error}";
        }

        foreach (
            var error in result.Errors.OfType<MonitoringException>().Where(error => error.Message.Contains('\n', StringComparison.Ordinal)))
        {
            yield return $"an error of several lines: {error.Message}";
        }

        if (result.Errors.Count > most || result.Errors.Select(error => error.Message).Distinct().Count() < result.Errors.Count)
        {
            yield return $"{result.Errors.Count} errors, at most {most} were expected: "
                + $"{string.Join(" | ", result.Errors.Take(4).Select(error => error.Message))}";
        }
    }

    public static IEnumerable<string> OfOthers(IReadOnlyList<string> before, World world) =>
        before
            .Zip(world.OthersObjects())
            .Where(pair => pair.First != pair.Second)
            .Select(pair => $"an object of others was {pair.First} and is {pair.Second}");

    /// <summary>
    /// Whatever this module has applied is in the inventory, and the inventory says of nothing that it was applied which is not there.
    /// </summary>
    public static async Task<IReadOnlyList<string>> OfInventoryAsync(World world, CancellationToken cancellationToken)
    {
        var stacks = await world.Module.ReadAsync(cancellationToken).ConfigureAwait(false);
        var known = stacks.SelectMany(stack => stack.Resources).Select(resource => resource.ToString()).ToHashSet();
        return
        [
            .. ClusterContents
                .Applied(world.Cluster)
                .Select(text => JsonNode.Parse(text)!)
                .Where(item => IsOfTheStack(item) && !known.Contains(NameOf(item)))
                .Select(item => $"{NameOf(item)} was applied, and the inventory does not know of it"),
        ];
    }

    /// <summary>A stack is complete: nothing of it has drifted or is missing.</summary>
    public static async Task<IReadOnlyList<string>> OfCompleteStackAsync(World world, CancellationToken cancellationToken)
    {
        var stacks = await world.Module.ReadAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. stacks
                .SelectMany(stack => stack.Resources)
                .Where(resource => resource.Drift is not null)
                .Select(resource => $"the inventory calls {resource} {resource.Drift}"),
        ];
    }

    /// <summary>All is as after an undisturbed run; controllers may need a moment.</summary>
    public static async Task<IReadOnlyList<string>> OfContentsAsync(
        Cluster cluster,
        IReadOnlyList<string> expected,
        CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Settling);
        try
        {
            await cluster.WaitForAsync(now => ClusterContents.Everything(now).SequenceEqual(expected), bound.Token).ConfigureAwait(false);
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var now = ClusterContents.Everything(cluster);
            return
            [
                $"not as after an undisturbed run: too much {string.Join(" ", now.Except(expected).Take(2))}; missing "
                    + $"{string.Join(" ", expected.Except(now).Take(2))}",
            ];
        }
    }

    /// <summary>The namespace comes before the inventory that lies in it; roles of bindings and monitors are no part of a stack.</summary>
    private static bool IsOfTheStack(JsonNode item) => NameOf(item) != "Namespace/monitoring"
        && (string?)item["labels"]?["app.kubernetes.io/managed-by"] is not ("milvus-monitoring" or "Helm");

    private static string NameOf(JsonNode item) =>
        string.Join('/', new[] { (string?)item["kind"], (string?)item["namespace"], (string?)item["name"] }.OfType<string>());
}
