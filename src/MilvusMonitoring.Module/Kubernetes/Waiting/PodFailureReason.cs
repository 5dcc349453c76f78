using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Finds out from the pods of a workload why it is not ready: an image that cannot be pulled, a crashing container, a node without room.
/// </summary>
internal static class PodFailureReason
{
    private const string CrashLoop = "CrashLoopBackOff";
    private const int LongestLogLine = 200;

    private static readonly HashSet<string> Passing = ["ContainerCreating", "PodInitializing", "Completed"];

    /// <summary>Finds the problems of a workload's pods, or the reason why no pod can be created.</summary>
    /// <param name="events">The events read so far; null to read them for this workload alone.</param>
    public static async Task<IReadOnlyList<PodProblem>> ListAsync(
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
        var exists = false;
        await foreach (var json in client.ListAsync(ResourceType.Pod, id.Namespace, selector, cancellationToken).ConfigureAwait(false))
        {
            exists = true;
            var pod = KubernetesJson.Deserialize<V1Pod>(json.GetRawText());
            foreach (var problem in ListProblems(pod))
            {
                problems.Add(await AddCauseAsync(client, events, pod, problem, cancellationToken).ConfigureAwait(false));
            }
        }

        if (exists)
        {
            return problems;
        }

        return await FindRefusalAsync(events, id, cancellationToken).ConfigureAwait(false) is { } refusal ? [refusal] : [];
    }

    public static bool IsReady(JsonElement pod) =>
        pod.Member("status").Items("conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    /// <summary>Finds why a pod is not ready; null if its status does not say.</summary>
    public static string? Find(ReadOnlyMemory<byte> pod) =>
        ListProblems(KubernetesJson.Deserialize<V1Pod>(Encoding.UTF8.GetString(pod.Span))) is [var first, ..] ? first.Text : null;

    /// <summary>Lists why a pod is not ready, from its status.</summary>
    public static IReadOnlyList<PodProblem> ListProblems(V1Pod pod)
    {
        var name = pod.Metadata?.Name;
        var containers = (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []);
        var problems = containers.Select(container => Find(name, container)).OfType<PodProblem>().ToList();
        if (problems.Count > 0)
        {
            return problems;
        }

        return
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

        var aside = string.IsNullOrEmpty(message) ? string.Empty : $" ({OneLine.Clean(message)})";
        var text = $"container {container.Name} {reason}{aside}";
        if (PullFailure.IsReason(reason))
        {
            return new PodProblem(PodProblemKind.Image, pod, text, message ?? string.Empty)
            {
                Container = container.Name,
                Image = container.Image,
            };
        }

        var end = container.State?.Terminated ?? container.LastState?.Terminated;
        return new PodProblem(PodProblemKind.Start, pod, text, end is null ? OneLine.Clean(message ?? reason) : DescribeEnd(end))
        {
            Container = container.Name,
        };
    }

    private static string DescribeEnd(V1ContainerStateTerminated end)
    {
        var how = end.Reason is null or "Error" ? $"exit code {end.ExitCode}" : $"{end.Reason}, exit code {end.ExitCode}";
        return string.IsNullOrEmpty(end.Message) ? how : $"{how}: {OneLine.Clean(end.Message)}";
    }

    /// <summary>Adds what the pod's status does not say: why the image cannot be pulled, or the last line of the container's log.</summary>
    private static async Task<PodProblem> AddCauseAsync(
        ClusterClient client,
        PodEvents events,
        V1Pod pod,
        PodProblem problem,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.Pod.IdOf(pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        if (problem.Kind == PodProblemKind.Image && PullFailure.IsBackOffOnly(problem.Reason))
        {
            var failures = await events.ListAsync(id.Namespace, PodEvents.Failed, cancellationToken).ConfigureAwait(false);
            var reason = failures
                .Where(item => item.Member("involvedObject").Text("name") == id.Name)
                .Select(item => item.Text("message"))
                .OfType<string>()
                .LastOrDefault(message => message.Contains($"\"{problem.Image}\"", StringComparison.Ordinal));
            return reason is null ? problem : problem with { Reason = reason, Text = $"{problem.Text}: {OneLine.Clean(reason)}" };
        }

        if (problem.Kind != PodProblemKind.Start)
        {
            return problem;
        }

        var line = await FindLastLineAsync(client, id, pod, problem.Container!, cancellationToken).ConfigureAwait(false);
        return string.IsNullOrEmpty(line) ? problem : problem with
        {
            Reason = $"{problem.Reason}: {line}",
            Text = $"{problem.Text}, {problem.Reason}, its last line: {line}",
        };
    }

    private static async Task<string?> FindLastLineAsync(
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

    /// <summary>Finds why there is no pod. For a Deployment, the events of its newest ReplicaSet hold the reason.</summary>
    private static async Task<PodProblem?> FindRefusalAsync(PodEvents events, ResourceId id, CancellationToken cancellationToken)
    {
        var refusals = await events.ListAsync(id.Namespace, PodRefusals.Reason, cancellationToken).ConfigureAwait(false);
        var newest = refusals
            .Where(item => PodRefusals.FindWorkload(item) == id)
            .OrderByDescending(item => item.Time("lastTimestamp") ?? item.Time("eventTime"))
            .FirstOrDefault();
        return newest.Text("message") is { } message
            ? new PodProblem(
                PodProblemKind.Creation,
                null,
                $"no pod of it can be created ({OneLine.Clean(message)})",
                PodRefusal.ReadReason(message))
            : null;
    }
}
