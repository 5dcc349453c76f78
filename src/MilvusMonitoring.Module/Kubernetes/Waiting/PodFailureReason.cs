using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Asks the pods of a workload why it is not ready: the image that cannot be pulled, the container that crashes, the node that has no room.
/// </summary>
internal static class PodFailureReason
{
    private const string CrashLoop = "CrashLoopBackOff";
    private const int LongestLogLine = 200;

    private static readonly HashSet<string> Passing = ["ContainerCreating", "PodInitializing", "Completed"];

    /// <summary>Finds what is wrong with the pods of a workload, or with making them.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="type">The workload's kind.</param>
    /// <param name="id">The workload.</param>
    /// <param name="events">Where events are read; null for an own look.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The problems; none where nobody says anything.</returns>
    public static async Task<IReadOnlyList<PodProblem>> FindAsync(
        ClusterClient client,
        ResourceType type,
        ResourceId id,
        PodEvents? events,
        CancellationToken cancellationToken)
    {
        events ??= new PodEvents(client);
        if (type.Group != "apps" || await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } workload)
        {
            return [];
        }

        var labels = JsonSlice.Parse(workload, "spec", "selector").TextMap("matchLabels");
        var selector = "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        var problems = new List<PodProblem>();
        var isMade = false;
        await foreach (var json in client.ListAsync(ResourceType.Pod, id.Namespace, selector, cancellationToken).ConfigureAwait(false))
        {
            isMade = true;
            var pod = KubernetesJson.Deserialize<V1Pod>(json.GetRawText());
            foreach (var problem in AllOf(pod))
            {
                problems.Add(await WithCauseAsync(client, events, pod, problem, cancellationToken).ConfigureAwait(false));
            }
        }

        return isMade || await RefusalAsync(events, id, cancellationToken).ConfigureAwait(false) is not { } refusal ? problems : [refusal];
    }

    /// <summary>Whether a pod is ready.</summary>
    public static bool IsReady(JsonElement pod) =>
        pod.Member("status").Items("conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    /// <summary>What a pod, as the server gave it, says of why it is not ready; null where it says nothing.</summary>
    public static string? Find(ReadOnlyMemory<byte> pod) =>
        AllOf(KubernetesJson.Deserialize<V1Pod>(Encoding.UTF8.GetString(pod.Span))) is [var first, ..] ? first.Text : null;

    /// <summary>What a pod says of why it is not ready.</summary>
    public static IReadOnlyList<PodProblem> AllOf(V1Pod pod)
    {
        var name = pod.Metadata?.Name;
        var containers = (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []);
        var problems = containers.Select(container => Find(name, container)).OfType<PodProblem>().ToList();
        return problems.Count > 0
            ? problems
            :
            [
                .. (pod.Status?.Conditions ?? [])
                    .Where(condition => condition is { Type: "PodScheduled", Status: "False" })
                    .Select(condition => new PodProblem(
                        PodProblemKind.Scheduling,
                        name,
                        $"{condition.Reason} ({OneLine.Clean(condition.Message)})",
                        OneLine.Clean(condition.Message))),
            ];
    }

    private static PodProblem? Find(string? pod, V1ContainerStatus container)
    {
        var (reason, message) = container.State is { Waiting: { } waiting }
            ? (waiting.Reason, waiting.Message)
            : (container.State?.Terminated?.Reason, container.State?.Terminated?.Message);
        if (reason is null || Passing.Contains(reason))
        {
            return null;
        }

        var text = $"container {container.Name} {reason}{(string.IsNullOrEmpty(message) ? string.Empty : $" ({OneLine.Clean(message)})")}";
        if (PullFailure.IsReason(reason))
        {
            return new PodProblem(PodProblemKind.Image, pod, text, message ?? string.Empty)
            {
                Container = container.Name,
                Image = container.Image,
            };
        }

        var end = container.State?.Terminated ?? container.LastState?.Terminated;
        return new PodProblem(PodProblemKind.Start, pod, text, end is null ? OneLine.Clean(message ?? reason) : Ending(end))
        {
            Container = container.Name,
        };
    }

    private static string Ending(V1ContainerStateTerminated end)
    {
        var how = end.Reason is null or "Error" ? $"exit code {end.ExitCode}" : $"{end.Reason}, exit code {end.ExitCode}";
        return string.IsNullOrEmpty(end.Message) ? how : $"{how}: {OneLine.Clean(end.Message)}";
    }

    /// <summary>What the pod itself does not say: why its image cannot be pulled, and what its container wrote last.</summary>
    private static async Task<PodProblem> WithCauseAsync(
        ClusterClient client,
        PodEvents events,
        V1Pod pod,
        PodProblem problem,
        CancellationToken cancellationToken)
    {
        var id = new ResourceId(ResourceType.Pod.Group, ResourceType.Pod.Kind, pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        if (problem.Kind == PodProblemKind.Image && PullFailure.SaysNothing(problem.Reason))
        {
            var failures = await events.OfAsync(id.Namespace, PodEvents.Failed, cancellationToken).ConfigureAwait(false);
            return
                failures
                    .Where(item => item.Member("involvedObject").Text("name") == id.Name)
                    .Select(item => item.Text("message"))
                    .OfType<string>()
                    .LastOrDefault(message => message.Contains($"\"{problem.Image}\"", StringComparison.Ordinal))
                    is { } why
                ? problem with
                {
                    Reason = why,
                    Text = $"{problem.Text}: {OneLine.Clean(why)}",
                }
                : problem;
        }

        return
            problem.Kind == PodProblemKind.Start
            && await LastLineAsync(client, id, pod, problem.Container!, cancellationToken).ConfigureAwait(false) is { Length: > 0 } line
            ? problem with
            {
                Reason = $"{problem.Reason}: {line}",
                Text = $"{problem.Text}, {problem.Reason}, its last line: {line}",
            }
            : problem;
    }

    private static async Task<string?> LastLineAsync(
        ClusterClient client,
        ResourceId id,
        V1Pod pod,
        string container,
        CancellationToken cancellationToken)
    {
        var status = (pod.Status.InitContainerStatuses ?? [])
            .Concat(pod.Status.ContainerStatuses ?? [])
            .First(each => each.Name == container);
        var previous = status.State?.Waiting?.Reason == CrashLoop ? "&previous=true" : string.Empty;
        if (status.State?.Terminated is null && previous.Length == 0)
        {
            return null;
        }

        var path = $"{ResourceType.Pod.PathOf(id)}/log?container={Uri.EscapeDataString(container)}&tailLines=1&limitBytes=4096{previous}";
        return OneLine.Clean(await client.FindTextAsync(path, cancellationToken).ConfigureAwait(false), LongestLogLine);
    }

    /// <summary>Why there is no pod: of a Deployment its newest ReplicaSet's controller says it.</summary>
    private static async Task<PodProblem?> RefusalAsync(PodEvents events, ResourceId id, CancellationToken cancellationToken)
    {
        var refusals = await events.OfAsync(id.Namespace, PodRefusals.Reason, cancellationToken).ConfigureAwait(false);
        var newest = refusals
            .Where(item => PodRefusals.WorkloadOf(item) == id)
            .OrderByDescending(item => item.Time("lastTimestamp") ?? item.Time("eventTime"))
            .FirstOrDefault();
        return newest.Text("message") is { } message
            ? new PodProblem(
                PodProblemKind.Creation,
                null,
                $"no pod of it can be made ({OneLine.Clean(message)})",
                PodRefusal.Reason(message))
            : null;
    }
}
