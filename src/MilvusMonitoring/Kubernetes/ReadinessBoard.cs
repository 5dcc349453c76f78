using System.Collections.Concurrent;
using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Keeps what was last seen of objects that are to become ready, and knows whether they are.</summary>
/// <remarks>Operators before 0.58 write no conditions: then the StatefulSet that the operator makes for a Prometheus or Alertmanager resource speaks for it.</remarks>
internal sealed class ReadinessBoard
{
    private static readonly ReadyState NotSeen = ReadyState.NotYet("is not there yet");

    private readonly ConcurrentDictionary<ResourceId, ReadyState> _seen = new();
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
    public void Observe(ResourceId id, JsonElement live)
    {
        if (_deputies.ContainsKey(id) && !Readiness.SaysItsState(live))
        {
            _seen.TryRemove(id, out _);
            return;
        }

        _seen[id] = Readiness.Of(id, live);
    }

    /// <summary>Takes down that an object is not there.</summary>
    public void Gone(ResourceId id) => _seen.TryRemove(id, out _);

    /// <summary>Whether a target is ready, and if not, why.</summary>
    public ReadyState StateOf(ResourceId target) =>
        _seen.TryGetValue(target, out var own) ? own
        : _deputies.TryGetValue(target, out var deputy) && _seen.TryGetValue(deputy, out var deputed) ? deputed
        : NotSeen;

    private static ResourceId DeputyOf(ResourceId target) =>
        new("apps", "StatefulSet", target.Namespace, $"{(target.Kind == "Prometheus" ? "prometheus" : "alertmanager")}-{target.Name}");
}
