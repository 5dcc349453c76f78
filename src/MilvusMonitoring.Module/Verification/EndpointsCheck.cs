using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The endpoints that the monitor selects are ready.</summary>
internal sealed class EndpointsCheck : ICheck
{
    public string DescribeTarget(CheckContext context)
    {
        var kind = context.MonitorKind == ResourceType.PodMonitor.Kind ? ResourceType.Pod.Kind : ResourceType.Service.Kind;
        return context.Targets?.Scraped.FirstOrDefault() is { } first ? $"{kind}/{first.Namespace}/{first.Name}" : "Endpoints";
    }

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Targets is not { } targets || !targets.Scraped.Any())
        {
            return null;
        }

        var waiting = targets.Endpoints?.FirstOrDefault(endpoint => !endpoint.IsReady);
        var reason = waiting is null ? null : await FindReasonAsync(context, waiting, cancellationToken).ConfigureAwait(false);
        return EndpointsRule.Evaluate(DescribeTarget(context), targets.Endpoints, reason);
    }

    private static async Task<string?> FindReasonAsync(CheckContext context, MonitorEndpoint waiting, CancellationToken cancellationToken)
    {
        var pod = await context.Client
            .FindAsync(ResourceType.Pod, ResourceType.Pod.IdOf(waiting.Namespace, waiting.Pod), cancellationToken)
            .IfPermittedAsync(context.Sink)
            .ConfigureAwait(false);
        return pod is { } body && PodFailureReason.Find(body) is { } reason ? $"pod {waiting.Pod}: {reason}" : null;
    }
}

/// <summary>Whether what a monitor selects has endpoints, and all of them are ready.</summary>
internal static class EndpointsRule
{
    private const int MostNamed = 5;

    /// <param name="target">What the monitor selects.</param>
    /// <param name="endpoints">The endpoints; null if the caller may not read them.</param>
    /// <param name="reason">Why a pod is not ready; null if the pod does not say.</param>
    public static Finding Evaluate(string target, IReadOnlyList<MonitorEndpoint>? endpoints, string? reason)
    {
        if (endpoints is null)
        {
            return Finding.Unknown(target, "the caller may not read its endpoints");
        }

        if (endpoints.Count == 0)
        {
            return Finding.Failed(
                target,
                "has no endpoints: no pod is behind it",
                Remedies.DescribeManual("Start the pods of Milvus, and see that the Service selects them."));
        }

        var waiting = endpoints.Where(endpoint => !endpoint.IsReady).Select(endpoint => endpoint.Pod).ToList();
        var detail = $"{endpoints.Count - waiting.Count} of {endpoints.Count} ready{(reason is null ? string.Empty : "; " + reason)}";
        if (waiting.Count == 0)
        {
            return Finding.Passed(target, detail);
        }

        var names = string.Join(", ", waiting.Take(MostNamed));
        var more = waiting.Count > MostNamed ? " and more" : string.Empty;
        return Finding.Failed(target, detail, Remedies.DescribeManual($"Have these pods become ready: {names}{more}"));
    }
}
