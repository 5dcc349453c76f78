using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Tells a blind operator from a slow one: by the start of its container against the establishment of the definitions
/// whose resources it has left untouched.
/// </summary>
internal sealed class BlindOperatorFinder(ClusterClient client, int throttleLimit)
{
    /// <summary>Both times are in whole seconds, and discovery follows establishment by up to a second.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Every operator of the catalog's releases is told by this where its reloader comes from; no container beside it is.
    /// </summary>
    private const string OperatorArgument = "--prometheus-config-reloader=";

    /// <summary>
    /// Looks whether a ready operator has left resources untouched because it is blind. Where all is well, in one round of reads.
    /// </summary>
    /// <param name="operators">The Deployments that may be operators.</param>
    /// <param name="objects">The stack's objects, the operator's resources among them.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The first that is blind; null where none is.</returns>
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
            if (await LookAsync(id, type, untouched, cancellationToken).ConfigureAwait(false) is { } blind)
            {
                return blind;
            }
        }

        return null;
    }

    /// <summary>Looks whether an operator is blind.</summary>
    /// <param name="id">Its Deployment, which is ready.</param>
    /// <param name="type">The Deployment's kind.</param>
    /// <param name="untouched">The kinds with resources that it has done nothing about.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Null where it is not.</returns>
    public async Task<BlindOperator?> LookAsync(
        ResourceId id,
        ResourceType type,
        IReadOnlyList<ResourceType> untouched,
        CancellationToken cancellationToken)
    {
        if (untouched.Count == 0 || await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } deployment)
        {
            return null;
        }

        var definitions = await Task.WhenAll(untouched.Select(kind => EstablishedAsync($"{kind.Plural}.{kind.Group}", cancellationToken)))
            .ConfigureAwait(false);
        var labels = JsonSlice.Parse(deployment, "spec", "selector").TextMap("matchLabels");
        var selector = "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        var pods = await client
            .ListAsync(ResourceType.Pod, id.Namespace, selector, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var running = pods.Where(pod => pod.Member("metadata").Text("deletionTimestamp") is null)
            .Select(pod => (Name: pod.Member("metadata").Text("name") ?? string.Empty, Started: StartOf(pod)))
            .Where(pod => pod.Started is not null)
            .OrderByDescending(pod => pod.Started)
            .ToList();
        return
            running.Count > 0
            && definitions.FirstOrDefault(definition => running[0].Started <= definition.At + Grace) is { At: { } at } late
            ? new BlindOperator(id, running[0].Name, running[0].Started!.Value, late.Name, at)
            : null;
    }

    /// <summary>When the operator's container of a pod started; null where it does not run.</summary>
    private static DateTimeOffset? StartOf(JsonElement pod)
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

    private async Task<(string Name, DateTimeOffset? At)> EstablishedAsync(string name, CancellationToken cancellationToken)
    {
        var id = new ResourceId(ResourceType.Crd.Group, ResourceType.Crd.Kind, null, name);
        var definition = await client.FindAsync(ResourceType.Crd, id, cancellationToken).ConfigureAwait(false);
        return (
            name,
            definition is { } json
                ? JsonSlice.Parse(json, "status").Items("conditions").FirstOrDefault(IsEstablished).Time("lastTransitionTime")
                : null);
    }
}
