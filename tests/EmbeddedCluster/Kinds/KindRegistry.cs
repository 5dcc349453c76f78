using System.Collections.Immutable;

namespace EmbeddedCluster.Kinds;

/// <summary>Every kind served right now. Replaced as a whole, so a request sees one state from start to end.</summary>
internal sealed class KindRegistry
{
    private readonly ImmutableList<ResourceKind> _builtIn;
    private readonly object _gate = new();
    private volatile State _state;

    public KindRegistry(IReadOnlyList<ResourceKind> builtIn)
    {
        _builtIn = [.. builtIn];
        _state = new(_builtIn, ImmutableSortedDictionary.Create<string, ImmutableList<ResourceKind>>(StringComparer.Ordinal), []);
    }

    /// <summary>Kinds that requests can address.</summary>
    public IEnumerable<ResourceKind> Served => _state.ByPath.Values;

    /// <summary>Kinds that discovery shows: custom ones a moment after they are served.</summary>
    public IReadOnlyList<ResourceKind> Discovered => _state.Discovered;

    public IReadOnlyList<ResourceKind> BuiltIn => _builtIn;

    public ResourceKind? Find(string group, string version, string plural) => _state.ByPath.GetValueOrDefault((group, version, plural));

    public ResourceKind? Find(string group, string version, Func<ResourceKind, bool> predicate) =>
        _state.ByPath.Values.FirstOrDefault(each => each.Group == group && each.Version == version && predicate(each));

    public ResourceKind? FindByKind(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        return Find(group, version, each => each.Kind == kind);
    }

    /// <summary>Any served version of what is stored under <paramref name="id"/>.</summary>
    public ResourceKind? Preferred(ResourceId id) => _state.Preferred.GetValueOrDefault(id);

    public void Serve(string definition, IEnumerable<ResourceKind> kinds)
    {
        lock (_gate)
        {
            _state = new(_builtIn, _state.Custom.SetItem(definition, [.. kinds]), _state.InDiscovery);
        }
    }

    public void Discover(string definition)
    {
        lock (_gate)
        {
            _state = new(_builtIn, _state.Custom, _state.InDiscovery.Add(definition));
        }
    }

    public void Withdraw(string definition)
    {
        lock (_gate)
        {
            _state = new(_builtIn, _state.Custom.Remove(definition), _state.InDiscovery.Remove(definition));
        }
    }

    private sealed class State
    {
        public State(
            ImmutableList<ResourceKind> builtIn,
            ImmutableSortedDictionary<string, ImmutableList<ResourceKind>> custom,
            ImmutableHashSet<string> inDiscovery)
        {
            Custom = custom;
            InDiscovery = inDiscovery;
            Discovered = [.. builtIn, .. custom.Where(each => inDiscovery.Contains(each.Key)).SelectMany(each => each.Value)];
            foreach (var kind in builtIn.Concat(custom.Values.SelectMany(each => each)))
            {
                ByPath[(kind.Group, kind.Version, kind.Plural)] = kind;
                Preferred.TryAdd(kind.Id, kind);
            }
        }

        public ImmutableSortedDictionary<string, ImmutableList<ResourceKind>> Custom { get; }

        public ImmutableHashSet<string> InDiscovery { get; }

        public IReadOnlyList<ResourceKind> Discovered { get; }

        public Dictionary<(string Group, string Version, string Plural), ResourceKind> ByPath { get; } = [];

        public Dictionary<ResourceId, ResourceKind> Preferred { get; } = [];
    }
}
