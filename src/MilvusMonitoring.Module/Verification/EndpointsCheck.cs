using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>The pods that the monitor reaches are ready.</summary>
internal sealed class EndpointsCheck : ICheck
{
    public string DescribeTarget(CheckContext context) =>
        context.Monitor is { } monitor && SelectedKind.Of(monitor.Type) == ResourceType.Pod.Kind ? monitor.Id.ToString() : "Endpoints";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var hasMonitor = context.Used.Count > 0;
        if (!hasMonitor && context.Jobs.Count == 0 && !context.HasOnlyAddress)
        {
            return null;
        }

        var reach = await context.GetReachAsync().ConfigureAwait(false);
        if (hasMonitor && reach.Scraped.Count == 0)
        {
            return null;
        }

        var isOfService = hasMonitor && SelectedKind.Of(context.Used[0].Type) == ResourceType.Service.Kind;
        var target = isOfService ? $"Service/{context.InstanceNamespace}/{reach.Scraped[0].Name}" : DescribeTarget(context);
        return EndpointsRule.Evaluate(target, reach.Pods);
    }
}

/// <summary>Whether there are pods to scrape, and all of them are ready.</summary>
internal static class EndpointsRule
{
    private const int MostNamed = 5;

    /// <param name="target">What the monitor selects.</param>
    /// <param name="pods">The pods that have not ended; null if the caller may not read them.</param>
    public static Finding Evaluate(string target, IReadOnlyList<MilvusPod>? pods)
    {
        if (pods is null)
        {
            return Finding.Unknown(target, "the caller cannot read its endpoints");
        }

        if (pods.Count == 0)
        {
            return Finding.Failed(
                target,
                "has no endpoints: no pod is behind it",
                Remedies.DescribeManual("Start the pods of Milvus, and check that the Service selects them."));
        }

        var waiting = pods.Where(pod => pod.State != PodState.Ready).ToList();
        var problem = waiting.FirstOrDefault(pod => pod.Problem is not null);
        var reason = problem is null ? string.Empty : $"; pod {problem.Name}: {problem.Problem}";
        var detail = $"{pods.Count - waiting.Count} of {pods.Count} ready{reason}";
        if (waiting.Count == 0)
        {
            return Finding.Passed(target, detail);
        }

        var names = string.Join(", ", waiting.Take(MostNamed).Select(pod => pod.Name));
        var more = waiting.Count > MostNamed ? " and more" : string.Empty;
        var remedy = Remedies.DescribeManual($"Find out why these pods are not ready: {names}{more}");

        // A rollout always has a pod that is not ready yet. What the others show is proven all the same.
        return waiting.Count < pods.Count ? Finding.Warning(target, detail, remedy) : Finding.Failed(target, detail, remedy);
    }
}
