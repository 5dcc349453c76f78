using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Which objects of a stack are ready, and one error that names each cause of the unready objects once.</summary>
internal sealed class StackReadiness
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    private readonly HashSet<ResourceId> _targets;
    private readonly Dictionary<ResourceId, UnreadyObject> _unready;

    private StackReadiness(ReadinessBoard board, IReadOnlyList<UnreadyObject> unready, IReadOnlyList<MonitoringException> errors)
    {
        _targets = [.. board.Targets];
        _unready = unready.ToDictionary(item => item.Id);
        Errors = errors;
    }

    public IReadOnlyList<MonitoringException> Errors { get; }

    /// <summary>Sums up the result of the wait, and reads the pods of unready objects for the causes.</summary>
    public static async Task<StackReadiness> DescribeAsync(
        ClusterClient client,
        IActivitySink sink,
        ReadinessBoard board,
        IReadOnlyList<(ResourceId Id, ResourceType Type)> targets,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        if (board.NotReady.Count == 0)
        {
            return new StackReadiness(board, [], []);
        }

        var types = targets.ToDictionary(target => target.Id, target => target.Type);
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        look.CancelAfter(LongestLook);
        var events = new PodEvents(client);
        var unready = await Task.WhenAll(
                board.NotReady.Select(item =>
                    ExplainAsync(client, events, board, item.Id, item.State, types[item.Id], look.Token, cancellationToken)))
            .ConfigureAwait(false);
        foreach (var item in unready)
        {
            sink.Verbose($"Not ready: {item.Id}: {item.Text}");
        }

        var summary = UnreadySummary.Create(unready);
        var when = ReadinessWait.IsHopeless(board) ? ", and waiting longer does not help" : $" after {limit.TotalSeconds:0} s";
        var error = new MonitoringException(
            ErrorId.NotReady,
            $"Not ready{when}: {summary.Reason}",
            $"{summary.Remedy}, and run the command again",
            unready[0].Id.ToString());
        return new StackReadiness(board, unready, [error]);
    }

    /// <summary>Adds to a resource whether it is ready, and if not, the causes.</summary>
    public StackResource Mark(ResourceResult applied, StackResource resource)
    {
        if (!_targets.Contains(applied.Planned.Id))
        {
            return resource;
        }

        return _unready.TryGetValue(applied.Planned.Id, out var unready)
            ? resource with { Ready = false, Message = unready.Text }
            : resource with { Ready = true };
    }

    private static async Task<UnreadyObject> ExplainAsync(
        ClusterClient client,
        PodEvents events,
        ReadinessBoard board,
        ResourceId id,
        ReadyState state,
        ResourceType type,
        CancellationToken look,
        CancellationToken cancellationToken)
    {
        var workload = board.GetWorkload(id);
        IReadOnlyList<PodProblem> problems = [];
        try
        {
            problems = await PodFailureReason
                .ListAsync(client, workload == id ? type : ResourceType.StatefulSet, workload, events, look).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is MonitoringException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The pods only add detail. Without them the workload's own state is the cause.
        }

        return new UnreadyObject(id, state, problems, board.WaitsForOperator(id));
    }
}
