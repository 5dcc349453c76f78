using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Keeps what was last seen of objects that are to become ready, and knows whether they are.</summary>
/// <remarks>
/// Operators before 0.58 write no conditions: then the StatefulSet that the operator makes for a Prometheus or Alertmanager resource speaks
/// for it.
/// </remarks>
internal sealed class ReadinessBoard
{
    private const string OperatorName = "prometheus-operator";

    private static readonly ReadyState NotSeen = ReadyState.NotYet("is not there yet");
    private static readonly ReadyState NotReconciled = ReadyState.NotYet("the operator has not reconciled it yet");

    /// <summary>What is there; without a state where another has to speak for it.</summary>
    private readonly ConcurrentDictionary<ResourceId, ReadyState?> _seen = new();

    /// <summary>What controllers have said of why they cannot make pods.</summary>
    private readonly ConcurrentDictionary<ResourceId, string> _refusals = new();

    private readonly IReadOnlyDictionary<ResourceId, ResourceId> _deputies;
    private readonly ResourceId? _operator;

    /// <summary>Creates the board.</summary>
    /// <param name="targets">The objects that are to become ready; kinds without a rule are left out.</param>
    public ReadinessBoard(IEnumerable<ResourceId> targets)
    {
        Targets = [.. targets.Where(Readiness.Knows)];
        _deputies = Targets.Where(target => target.Kind is "Prometheus" or "Alertmanager").ToDictionary(target => target, DeputyOf);
        _operator = Targets.FirstOrDefault(target => target is { Group: "apps", Kind: "Deployment", Name: OperatorName });
    }

    /// <summary>The objects that are to become ready.</summary>
    public IReadOnlyList<ResourceId> Targets { get; }

    /// <summary>The StatefulSets that may have to speak for resources of the operator.</summary>
    public IEnumerable<ResourceId> Deputies => _deputies.Values;

    /// <summary>The targets that are not ready, and why.</summary>
    public IReadOnlyList<(ResourceId Id, ReadyState State)> NotReady =>
        [.. Targets.Select(target => (Id: target, State: StateOf(target))).Where(item => !item.State.IsReady)];

    /// <summary>Takes down what was seen.</summary>
    /// <param name="id">Which object.</param>
    /// <param name="live">The object.</param>
    public void Observe(ResourceId id, JsonElement live) =>
        _seen[id] = _deputies.ContainsKey(id) && !Readiness.SaysItsState(live) ? null : Readiness.Evaluate(id, live);

    /// <summary>Takes down that an object is not there.</summary>
    public void Gone(ResourceId id) => _seen.TryRemove(id, out _);

    /// <summary>
    /// Takes down what a watch has seen, unless all were ready at one moment before: one watch may lag behind another, and an older state
    /// that it brings in late does not count then.
    /// </summary>
    /// <param name="id">Which object.</param>
    /// <param name="live">The object; null where it is gone.</param>
    /// <returns>The targets that are not ready, and why.</returns>
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
                Gone(id);
            }

            return NotReady;
        }
    }

    /// <summary>Takes down why a controller cannot make pods for an object of its own kind, until it can.</summary>
    /// <param name="id">The object: a target, or what speaks for one.</param>
    /// <param name="why">What the server told the controller.</param>
    public void Refuse(ResourceId id, string why) => _refusals[id] = why;

    /// <summary>Whether a target is ready, and if not, why.</summary>
    public ReadyState StateOf(ResourceId target)
    {
        if (!_seen.TryGetValue(target, out var own))
        {
            return NotSeen;
        }

        var speaker = WorkloadOf(target);
        var state = own ?? _seen.GetValueOrDefault(speaker) ?? Unreconciled();
        return !state.IsReady && state.Refusal is null && _refusals.TryGetValue(speaker, out var why)
            ? state with
            {
                Refusal = why,
            }
            : state;
    }

    /// <summary>
    /// The object whose pods a target is ready by: for a resource of the operator the StatefulSet that the operator makes of it.
    /// </summary>
    public ResourceId WorkloadOf(ResourceId target) => _deputies.GetValueOrDefault(target, target);

    /// <summary>Whether a target waits for an operator that is known not to run.</summary>
    public bool WaitsForOperator(ResourceId target) =>
        _deputies.ContainsKey(target) && _operator is { } id && !StateOf(id).IsReady && !StateOf(target).IsReady;

    private ReadyState Unreconciled() => _operator is { } id && !StateOf(id).IsReady
        ? ReadyState.NotYet($"the operator is not running: {id}: {StateOf(id).Message}")
        : NotReconciled;

    /// <summary>
    /// Whether a resource of the operator is there and the operator has done nothing about it: it says nothing of its state, and has no
    /// StatefulSet.
    /// </summary>
    public bool IsUntouched(ResourceId target) =>
        _deputies.TryGetValue(target, out var deputy)
        && _seen.TryGetValue(target, out var own)
        && own is null
        && !_seen.ContainsKey(deputy);

    private static ResourceId DeputyOf(ResourceId target) =>
        new("apps", "StatefulSet", target.Namespace, $"{(target.Kind == "Prometheus" ? "prometheus" : "alertmanager")}-{target.Name}");
}
