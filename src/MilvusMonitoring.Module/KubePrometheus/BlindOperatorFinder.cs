using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// An operator that does not see its resources: it started before their kind was served, and it discovers its kinds only when it starts.
/// </summary>
/// <param name="Operator">The operator's Deployment.</param>
/// <param name="Pod">The name of the operator's pod.</param>
/// <param name="StartedAt">When the pod's container started.</param>
/// <param name="Crd">The name of the CRD that was established later.</param>
/// <param name="EstablishedAt">When the CRD was established.</param>
internal sealed record BlindOperator(
    ResourceId Operator,
    string Pod,
    DateTimeOffset StartedAt,
    string Crd,
    DateTimeOffset EstablishedAt)
{
    /// <summary>What is wrong, in one line.</summary>
    public string Reason =>
        $"its pod {Pod} started at {StartedAt:HH:mm:ss}Z, before {Crd} was established at {EstablishedAt:HH:mm:ss}Z, "
        + "and the operator looks for its kinds only when it starts";
}

/// <summary>
/// Tells a blind operator from a slow operator: compares the start of its container with the time at which the CRDs of its untouched
/// resources were established.
/// </summary>
internal sealed class BlindOperatorFinder(ClusterClient client, int throttleLimit, TimeProvider? time = null)
{
    /// <summary>Both times are in whole seconds, and discovery follows establishment by up to a second.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Within the grace the times do not tell whether an operator is blind. An operator that sees its resources touches them sooner than
    /// this.
    /// </summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(20);

    /// <summary>Every operator of the catalog's releases has this argument. No other container of its pod has it.</summary>
    private const string OperatorArgument = "--prometheus-config-reloader=";

    /// <summary>
    /// Finds a ready operator that has left resources untouched because it is blind. One round of reads is enough if every operator is
    /// well.
    /// </summary>
    /// <param name="operators">The Deployments that may be operators.</param>
    /// <param name="objects">The stack's objects, which include the operator's resources.</param>
    /// <returns>The first blind operator; null if there is none.</returns>
    public async Task<BlindOperator?> FindAsync(
        IReadOnlyList<(ResourceId Id, ResourceType Type)> operators,
        IEnumerable<(ResourceId Id, ResourceType Type)> objects,
        CancellationToken cancellationToken)
    {
        var operated = objects.Where(item => item.Type.Group == ResourceType.Prometheus.Group && Readiness.Knows(item.Id)).ToList();
        if (operators.Count == 0 || operated.Count == 0)
        {
            return null;
        }

        var board = await ReadinessSnapshot
            .ReadAsync(client, operators.Concat(operated), throttleLimit, cancellationToken).ConfigureAwait(false);
        var untouched = operated.Where(item => board.IsUntouched(item.Id)).Select(item => item.Type).Distinct().ToList();
        foreach (var (id, type) in operators.Where(item => board.GetState(item.Id).IsReady))
        {
            if (await FindAsync(id, type, untouched, cancellationToken).ConfigureAwait(false) is { } blind)
            {
                return blind;
            }
        }

        return null;
    }

    /// <summary>Tells whether one operator is blind.</summary>
    /// <param name="id">The operator's Deployment, which is ready.</param>
    /// <param name="type">The Deployment's kind.</param>
    /// <param name="untouched">The kinds of the resources that the operator has left untouched.</param>
    /// <returns>The blind operator; null if it is not blind.</returns>
    public async Task<BlindOperator?> FindAsync(
        ResourceId id,
        ResourceType type,
        IReadOnlyList<ResourceType> untouched,
        CancellationToken cancellationToken)
    {
        if (untouched.Count == 0 || await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } deployment)
        {
            return null;
        }

        var crds = await Task
            .WhenAll(untouched.Select(kind => ReadEstablishmentAsync($"{kind.Plural}.{kind.Group}", cancellationToken)))
            .ConfigureAwait(false);
        if (await FindNewestPodAsync(id.Namespace, deployment, cancellationToken).ConfigureAwait(false) is not { } pod)
        {
            return null;
        }

        return crds.FirstOrDefault(crd => IsBlind(pod.Started, crd.EstablishedAt)) is { EstablishedAt: { } establishedAt } late
            ? new BlindOperator(id, pod.Name, pod.Started, late.Name, establishedAt)
            : null;
    }

    private bool IsBlind(DateTimeOffset started, DateTimeOffset? established)
    {
        var isOld = (time ?? TimeProvider.System).GetUtcNow() - started > LongestStart;
        return started < established || (isOld && started <= established + Grace);
    }

    private async Task<(string Name, DateTimeOffset Started)?> FindNewestPodAsync(
        string? namespaceName,
        ReadOnlyMemory<byte> deployment,
        CancellationToken cancellationToken)
    {
        var labels = JsonSlice.Parse(deployment, "spec", "selector").TextMap("matchLabels");
        var selector = "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        var pods = await client
            .ListAsync(ResourceType.Pod, namespaceName, selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var started = pods
            .Where(pod => pod.Member("metadata").Text("deletionTimestamp") is null)
            .Select(pod => (Name: pod.Member("metadata").Text("name") ?? string.Empty, Started: FindStart(pod)))
            .OrderByDescending(pod => pod.Started);
        return started.FirstOrDefault() is { Started: { } start, Name: var name } ? (name, start) : null;
    }

    /// <summary>Finds when the operator's container of a pod started; null if the container does not run.</summary>
    private static DateTimeOffset? FindStart(JsonElement pod)
    {
        var containers = pod.Member("spec").Items("containers").ToList();
        var name = containers
            .Where(container => container.Texts("args").Any(argument => argument.StartsWith(OperatorArgument, StringComparison.Ordinal)))
            .Concat(containers)
            .Select(container => container.Text("name"))
            .FirstOrDefault();
        var status = pod.Member("status").Items("containerStatuses").FirstOrDefault(container => container.Text("name") == name);
        return status.Member("state", "running").Time("startedAt");
    }

    private static bool IsEstablished(JsonElement condition) =>
        condition.Text("type") == "Established" && condition.Text("status") == "True";

    private async Task<(string Name, DateTimeOffset? EstablishedAt)> ReadEstablishmentAsync(
        string name,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.Crd.IdOf(null, name);
        if (await client.FindAsync(ResourceType.Crd, id, cancellationToken).ConfigureAwait(false) is not { } crd)
        {
            return (name, null);
        }

        var condition = JsonSlice.Parse(crd, "status").Items("conditions").FirstOrDefault(IsEstablished);
        return (name, condition.Time("lastTransitionTime"));
    }
}
