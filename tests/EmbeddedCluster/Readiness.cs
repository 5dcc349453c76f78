using System.Collections.Concurrent;

namespace EmbeddedCluster;

/// <summary>
/// How long single objects, or all of a kind, take to become ready: Deployments, DaemonSets, StatefulSets, Prometheuses and Alertmanagers,
/// CustomResourceDefinitions (until Established) and APIServices (until Available). What is not named here takes what the options say.
/// </summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<(string Kind, string? Namespace, string? Name), TimeSpan> _delays = new();

    /// <summary>Counts for objects made from now on; without namespace and name for all of the kind.</summary>
    public void Set(string kind, TimeSpan delay, string? ns = null, string? name = null) => _delays[(kind, ns, name)] = delay;

    public void Never(string kind, string? ns = null, string? name = null) => Set(kind, Timeout.InfiniteTimeSpan, ns, name);

    internal TimeSpan For(string kind, string ns, string name, TimeSpan otherwise)
    {
        if (
            _delays.TryGetValue((kind, ns.Length == 0 ? null : ns, name), out var own)
            || _delays.TryGetValue((kind, null, name), out own)
            || _delays.TryGetValue((kind, null, null), out own))
        {
            return own;
        }

        return otherwise;
    }
}
