using System.Collections.Concurrent;
using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Keeps what was last seen of objects that are to become ready, and knows whether they are.</summary>
/// <remarks>Operators before 0.58 write no conditions: then the StatefulSet that the operator makes for a Prometheus or Alertmanager resource speaks for it.</remarks>
internal sealed class ReadinessBoard
{
    private static readonly ReadyState NotSeen = ReadyState.NotYet("is not there yet");

    /// <summary>What is there; without a state where another has to speak for it.</summary>
    private readonly ConcurrentDictionary<ResourceId, ReadyState?> _seen = new();

    private readonly IReadOnlyDictionary<ResourceId, ResourceId> _deputies;

    /// <summary>Creates the board.</summary>
    /// <param name="targets">The objects that are to become ready; kinds without a rule are left out.</param>
    public ReadinessBoard(IEnumerable<ResourceId> targets)
    {
        Targets = [.. targets.Where(Readiness.Knows)];
        _deputies = Targets.Where(target => target.Kind is "Prometheus" or "Alertmanager").ToDictionary(target => target, DeputyOf);
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
        _seen[id] = _deputies.ContainsKey(id) && !Readiness.SaysItsState(live) ? null : Readiness.Of(id, live);

    /// <summary>Takes down that an object is not there.</summary>
    public void Gone(ResourceId id) => _seen.TryRemove(id, out _);

    /// <summary>Takes down what a watch has seen, unless all were ready at one moment before: one watch may lag behind another, and an older state that it brings in late does not count then.</summary>
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

    /// <summary>Whether a target is ready, and if not, why.</summary>
    public ReadyState StateOf(ResourceId target) =>
        !_seen.TryGetValue(target, out var own) ? NotSeen
        : own ?? _seen.GetValueOrDefault(_deputies[target]) ?? NotSeen;

    private static ResourceId DeputyOf(ResourceId target) =>
        new("apps", "StatefulSet", target.Namespace, $"{(target.Kind == "Prometheus" ? "prometheus" : "alertmanager")}-{target.Name}");
}
