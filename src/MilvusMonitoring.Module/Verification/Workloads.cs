using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>Reads Deployments by their labels.</summary>
internal static class Workloads
{
    /// <summary>How many requests may be under way at once.</summary>
    public const int ThrottleLimit = 8;

    public static ResourceType Deployment { get; } = new("apps", "v1", "deployments", "Deployment", true);

    /// <summary>Finds a Deployment.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="namespaceName">The namespace; null for all, or for the usual one if the caller may not list all.</param>
    /// <param name="usual">The usual namespace; null for that of every release.</param>
    /// <param name="selector">The query.</param>
    /// <param name="isOwn">Whether this module installed a Deployment: its own is preferred to others'.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The id and the object; null and default if there is none.</returns>
    public static async Task<(ResourceId? Id, JsonElement Live)> FindAsync(
        ClusterClient client,
        string? namespaceName,
        string? usual,
        string selector,
        Func<ResourceId, JsonElement, bool> isOwn,
        CancellationToken cancellationToken)
    {
        List<JsonElement> found;
        try
        {
            found = await ListAsync(client, namespaceName, selector, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (namespaceName is null && exception.ErrorId == ErrorId.PermissionDenied)
        {
            var place = usual ?? PrometheusChoice.UsualNamespace;
            found = await ListAsync(client, place, selector, cancellationToken).ConfigureAwait(false);
        }

        var live = found.OrderByDescending(deployment => isOwn(GetId(deployment), deployment)).FirstOrDefault();
        return live.ValueKind == JsonValueKind.Undefined ? (null, default) : (GetId(live), live);
    }

    /// <summary>The id of a Deployment in the cluster.</summary>
    public static ResourceId GetId(JsonElement live)
    {
        var metadata = live.Member("metadata");
        return Deployment.IdOf(metadata.Text("namespace"), metadata.Text("name") ?? string.Empty);
    }

    /// <summary>Checks whether a Deployment runs.</summary>
    public static async Task<Finding> CheckAsync(
        CheckContext context,
        ResourceId id,
        JsonElement live,
        CancellationToken cancellationToken)
    {
        var problems = Readiness.Evaluate(id, live).IsReady
            ? []
            : await PodFailureReason.ListAsync(context.Client, Deployment, id, null, cancellationToken).ConfigureAwait(false);
        var reason = problems is [var first, ..] ? first.ToString() : null;
        return WorkloadRule.Evaluate(id, live, reason, context.WriteRestoreCommand(id, live, force: true));
    }

    /// <summary>Lists Deployments by a query.</summary>
    public static async Task<List<JsonElement>> ListAsync(
        ClusterClient client,
        string? namespaceName,
        string selector,
        CancellationToken cancellationToken) =>
        await client
            .ListAsync(Deployment, namespaceName, selector, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
}

/// <summary>Whether a Deployment runs.</summary>
internal static class WorkloadRule
{
    /// <param name="id">The Deployment.</param>
    /// <param name="live">The Deployment in the cluster.</param>
    /// <param name="podReason">Why its pods are not ready; null if they do not say.</param>
    /// <param name="remedy">What restores the Deployment.</param>
    public static Finding Evaluate(ResourceId id, JsonElement live, string? podReason, string remedy)
    {
        var wanted = live.Member("spec").Number("replicas");
        if (wanted == 0)
        {
            return Finding.Failed(id.ToString(), "is scaled to 0 replicas", remedy);
        }

        var state = Readiness.Evaluate(id, live);
        if (state.IsReady)
        {
            var available = live.Member("status").Number("availableReplicas");
            return Finding.Passed(id.ToString(), $"{available} of {wanted ?? 1} replicas available");
        }

        return podReason is null
            ? Finding.Failed(id.ToString(), state.Message, remedy)
            : Finding.Failed(
                id.ToString(),
                $"{state.Message}; {podReason}",
                Remedies.DescribeManual($"Correct what its pod reports: {podReason}"));
    }
}
