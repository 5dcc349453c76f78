using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Which objects of a stack are ready, and one error that names those that are not.</summary>
internal sealed class StackReadiness(ReadinessBoard board, IReadOnlyList<MonitoringException> errors)
{
    private const int MostNamed = 5;
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    private readonly HashSet<ResourceId> _targets = [.. board.Targets];

    public IReadOnlyList<MonitoringException> Errors => errors;

    /// <summary>Sums up what the wait has seen, and asks the pods of what is not ready for the reason.</summary>
    public static async Task<StackReadiness> OfAsync(
        ClusterClient client, ReadinessBoard board, IReadOnlyList<(ResourceId Id, ResourceType Type)> targets, TimeSpan limit, CancellationToken cancellationToken)
    {
        var waiting = board.NotReady;
        if (waiting.Count == 0)
        {
            return new StackReadiness(board, []);
        }

        var types = targets.ToDictionary(target => target.Id, target => target.Type);
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        look.CancelAfter(LongestLook);
        var named = await Task.WhenAll(waiting.Take(MostNamed).Select(item => ExplainAsync(client, types[item.Id], item.Id, item.State, look.Token, cancellationToken))).ConfigureAwait(false);
        var more = waiting.Count > MostNamed ? $", and {waiting.Count - MostNamed} more" : string.Empty;
        var error = new MonitoringException(
            ErrorId.NotReady,
            $"Not ready after {limit.TotalSeconds:0} s: {string.Join(", ", named)}{more}; mend the cause, or give more time with -Timeout, and run the command again.",
            waiting[0].Id.ToString());
        return new StackReadiness(board, [error]);
    }

    /// <summary>Writes down on a resource whether it is ready.</summary>
    public StackResource Mark(AppliedResource applied, StackResource resource)
    {
        if (!_targets.Contains(applied.Planned.Id))
        {
            return resource;
        }

        var state = board.StateOf(applied.Planned.Id);
        return resource with { Ready = state.IsReady, Message = state.IsReady ? resource.Message : state.Message };
    }

    private static async Task<string> ExplainAsync(ClusterClient client, ResourceType type, ResourceId id, ReadyState state, CancellationToken look, CancellationToken cancellationToken)
    {
        try
        {
            var trouble = await PodTrouble.FindAsync(client, type, id, look).ConfigureAwait(false);
            return $"{id} ({state.Message}{(trouble is null ? string.Empty : "; " + trouble)})";
        }
        catch (Exception exception) when (exception is MonitoringException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The pods are only asked for a better word: without an answer, the workload's own has to do.
            return $"{id} ({state.Message})";
        }
    }
}
