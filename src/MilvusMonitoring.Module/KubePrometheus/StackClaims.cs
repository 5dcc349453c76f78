using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>The objects that the inventories of other stacks hold.</summary>
internal sealed class StackClaims
{
    private readonly Dictionary<(ResourceId Id, string Uid), string> _holders = [];

    private StackClaims(IEnumerable<Inventory> others)
    {
        foreach (var other in others)
        {
            foreach (var entry in other.Entries.Where(entry => entry is { LeftAlone: null, Uid: not null }))
            {
                _holders.TryAdd((entry.Id, entry.Uid!), other.Namespace);
                HaveOperator |= entry is { Component: ComponentName.Operator, Id.IsDeployment: true };
            }
        }
    }

    public static StackClaims None { get; } = new([]);

    /// <summary>Whether another stack has an operator.</summary>
    public bool HaveOperator { get; }

    /// <summary>The namespace of the other stack that holds an object; null if none does.</summary>
    public string? FindHolder(ResourceId id, ObjectMetadata live) => _holders.GetValueOrDefault((id, live.Uid));

    /// <summary>
    /// Reads whose claims count. A tenant's inventory must not shield objects from a stack that is shown to be one. Where neither is shown
    /// to be one, as for v0.8.0, whose Namespace has no fields, leaving an object alone is the lesser harm.
    /// </summary>
    /// <param name="inventories">The inventories in the cluster.</param>
    /// <param name="home">The namespace of the stack of the operation.</param>
    /// <param name="isShown">Whether the user names the stack by its manifests, so that it needs no proof.</param>
    public static async Task<StackClaims> ReadAsync(
        ClusterClient client,
        IReadOnlyList<Inventory> inventories,
        string home,
        bool isShown,
        CancellationToken cancellationToken)
    {
        var others = inventories.Where(inventory => inventory.Namespace != home).ToList();
        if (others.Count == 0)
        {
            return None;
        }

        var proven = await ListProvenAsync(client, inventories, cancellationToken).ConfigureAwait(false);
        var mustBeProven = isShown || proven.Contains(home);
        return new StackClaims(others.Where(other => !mustBeProven || proven.Contains(other.Namespace)));
    }

    /// <summary>
    /// Lists the namespaces that this module has applied: a tenant may write everything in a namespace, but not the Namespace.
    /// </summary>
    public static async Task<IReadOnlySet<string>> ListProvenAsync(
        ClusterClient client,
        IEnumerable<Inventory> inventories,
        CancellationToken cancellationToken)
    {
        var wanted = inventories.Select(inventory =>
            (ResourceType.Namespace.IdOf(null, inventory.Namespace), ResourceType.Namespace));
        var namespaces = await MetadataSnapshot
            .ReadPermittedAsync(client, wanted, ClusterClient.DefaultThrottleLimit, cancellationToken).ConfigureAwait(false);
        return namespaces.Found.Values
            .Where(live => live.Managers.Any(manager => manager.IsOurs))
            .Select(live => live.Name)
            .ToHashSet(StringComparer.Ordinal);
    }
}
