using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>Finds Deployments by their labels, and ready pods.</summary>
internal static class Workloads
{
    /// <summary>How many requests may be under way at once.</summary>
    public const int ThrottleLimit = 8;

    public static ResourceType Deployment { get; } = new("apps", "v1", "deployments", "Deployment", true);

    /// <summary>Finds the first Deployment.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="namespaceName">The namespace; null for all, or where that is refused for the usual one.</param>
    /// <param name="usual">The usual one; null for that of every release.</param>
    /// <param name="selector">The query.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Null and nothing where there is none.</returns>
    public static async Task<(ResourceId? Id, JsonElement Live)> FindAsync(
        ClusterClient client,
        string? namespaceName,
        string? usual,
        string selector,
        CancellationToken cancellationToken)
    {
        List<JsonElement> found;
        try
        {
            found = await client
                .ListAsync(Deployment, namespaceName, selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (namespaceName is null && exception.ErrorId == ErrorId.PermissionDenied)
        {
            found = await client
                .ListAsync(Deployment, usual ?? PrometheusChoice.UsualNamespace, selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        return found.Count == 0
            ? (null, default)
            : (
                new ResourceId(
                    Deployment.Group,
                    Deployment.Kind,
                    found[0].Member("metadata").Text("namespace"),
                    found[0].Member("metadata").Text("name") ?? string.Empty),
                found[0]);
    }

    /// <summary>Whether a Deployment runs.</summary>
    public static async Task<Finding> CheckAsync(CheckContext scene, ResourceId id, JsonElement live, CancellationToken cancellationToken)
    {
        var problems = Readiness.Evaluate(id, live).IsReady
            ? []
            : await PodFailureReason.FindAsync(scene.Client, Deployment, id, null, cancellationToken).ConfigureAwait(false);
        return StackRules.Workload(
            id,
            live,
            problems is [var first, ..] ? first.ToString() : null,
            scene.Remedies.Install(scene.Stack, force: true));
    }

    /// <summary>The pods of a namespace that are ready, by name.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ReadyPodsAsync(
        ClusterClient client,
        string namespaceName,
        Func<JsonElement, bool> isWanted,
        CancellationToken cancellationToken) =>
        [
            .. (
                await client
                    .ListAsync(ResourceType.Pod, namespaceName, string.Empty, cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false))
                .Where(pod => isWanted(pod) && PodFailureReason.IsReady(pod) && pod.Member("metadata").Text("deletionTimestamp") is null)
                .OrderBy(pod => pod.Member("metadata").Text("name"), StringComparer.Ordinal),
        ];

    /// <summary>The number of a container port by its name; another where no container has it.</summary>
    public static int PortOf(JsonElement pod, string name, int otherwise) =>
        (int?)
            pod.Member("spec")
                .Items("containers")
                .SelectMany(container => container.Items("ports"))
                .FirstOrDefault(port => port.Text("name") == name)
                .Number("containerPort")
        ?? otherwise;
}
