using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Keeps the last state of objects that are to become ready, and decides whether they are ready.</summary>
/// <remarks>
/// Operators before 0.58 write no conditions. The status of the StatefulSet that the operator creates for a Prometheus or Alertmanager
/// resource stands in for the resource then.
/// </remarks>
internal sealed class ReadinessBoard
{
    private const string OperatorName = "prometheus-operator";

    private static readonly ReadyState NotSeen = ReadyState.NotYet("does not exist yet");
    private static readonly ReadyState NotReconciled = ReadyState.NotYet("the operator has not reconciled it yet");

    /// <summary>The existing objects. The state is null if the state of the backing StatefulSet counts.</summary>
    private readonly ConcurrentDictionary<ResourceId, ReadyState?> _seen = new();

    /// <summary>Why controllers cannot create pods, by workload.</summary>
    private readonly ConcurrentDictionary<ResourceId, string> _refusals = new();

    private readonly IReadOnlyDictionary<ResourceId, ResourceId> _backing;
    private readonly ResourceId? _operator;

    /// <param name="targets">The objects that are to become ready. Kinds without a rule are left out.</param>
    public ReadinessBoard(IEnumerable<ResourceId> targets)
    {
        Targets = [.. targets.Where(Readiness.Knows)];
        _backing = Targets
            .Where(target => target.Kind is "Prometheus" or "Alertmanager")
            .ToDictionary(target => target, GetBackingStatefulSet);
        _operator = Targets.FirstOrDefault(target => target is { Group: "apps", Kind: "Deployment", Name: OperatorName });
    }

    public IReadOnlyList<ResourceId> Targets { get; }

    /// <summary>
    /// The StatefulSets whose status stands in for Prometheus and Alertmanager resources without conditions (operators before 0.58).
    /// </summary>
    public IEnumerable<ResourceId> BackingStatefulSets => _backing.Values;

    /// <summary>The targets that are not ready, with their states.</summary>
    public IReadOnlyList<(ResourceId Id, ReadyState State)> NotReady =>
        [.. Targets.Select(target => (Id: target, State: GetState(target))).Where(item => !item.State.IsReady)];

    /// <summary>Records the state of an object.</summary>
    public void Observe(ResourceId id, JsonElement live) =>
        _seen[id] = _backing.ContainsKey(id) && !Readiness.HasConditions(live) ? null : Readiness.Evaluate(id, live);

    /// <summary>Records that an object does not exist.</summary>
    public void Remove(ResourceId id) => _seen.TryRemove(id, out _);

    /// <summary>
    /// Records the event of a watch, unless all targets were ready at one moment before. One watch may lag behind another, and an older
    /// state that arrives late must not count.
    /// </summary>
    /// <param name="live">The object; null if it is gone.</param>
    /// <returns>The targets that are not ready, with their states.</returns>
    public IReadOnlyList<(ResourceId Id, ReadyState State)> ObserveUntilReady(ResourceId id, JsonElement? live)
    {
        lock (_seen)
        {
            if (NotReady.Count == 0)
            {
                return [];
            }

            if (live is { } there)
            {
                Observe(id, there);
            }
            else
            {
                Remove(id);
            }

            return NotReady;
        }
    }

    /// <summary>Records why a controller cannot create the pods of a workload.</summary>
    /// <param name="id">A target, or its backing StatefulSet.</param>
    /// <param name="why">The server's message to the controller.</param>
    public void AddRefusal(ResourceId id, string why) => _refusals[id] = why;

    /// <summary>Gets the state of a target.</summary>
    public ReadyState GetState(ResourceId target)
    {
        if (!_seen.TryGetValue(target, out var own))
        {
            return NotSeen;
        }

        var workload = GetWorkload(target);
        var state = own ?? _seen.GetValueOrDefault(workload) ?? DescribeUnreconciled();
        var lacksRefusal = !state.IsReady && state.Refusal is null;
        return lacksRefusal && _refusals.TryGetValue(workload, out var why) ? state with { Refusal = why } : state;
    }

    /// <summary>
    /// Gets the workload whose pods decide on a target: for a resource of the operator, the StatefulSet that the operator creates.
    /// </summary>
    public ResourceId GetWorkload(ResourceId target) => _backing.GetValueOrDefault(target, target);

    /// <summary>Whether a target waits for an operator that is not ready itself.</summary>
    public bool WaitsForOperator(ResourceId target) =>
        _backing.ContainsKey(target) && _operator is { } id && !GetState(id).IsReady && !GetState(target).IsReady;

    private ReadyState DescribeUnreconciled() => _operator is { } id && !GetState(id).IsReady
        ? ReadyState.NotYet($"the operator is not running: {id}: {GetState(id).Message}")
        : NotReconciled;

    /// <summary>
    /// Whether the operator has not touched an existing resource: the resource has no conditions and no StatefulSet.
    /// </summary>
    public bool IsUntouched(ResourceId target) =>
        _backing.TryGetValue(target, out var statefulSet)
        && _seen.TryGetValue(target, out var own)
        && own is null
        && !_seen.ContainsKey(statefulSet);

    private static ResourceId GetBackingStatefulSet(ResourceId target) =>
        ResourceType.StatefulSet.IdOf(target.Namespace, $"{target.Kind.ToLowerInvariant()}-{target.Name}");
}
