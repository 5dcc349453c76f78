using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>The namespaces and definitions that are being deleted: what is in them now goes with them, so it counts as not there.</summary>
internal sealed class TerminatingScopes
{
    private readonly HashSet<string> _namespaces = [];
    private readonly HashSet<(string Group, string Kind)> _kinds = [];

    /// <summary>Looks for them among the manifests.</summary>
    /// <param name="manifests">The manifests.</param>
    /// <param name="isEnding">Whether an object is being deleted.</param>
    public TerminatingScopes(IEnumerable<ManifestObject> manifests, Func<ResourceId, bool> isEnding)
    {
        foreach (var manifest in manifests.Where(manifest => isEnding(manifest.Id)))
        {
            if (manifest.Id is { Group: "", Kind: "Namespace" })
            {
                _namespaces.Add(manifest.Id.Name);
            }

            _kinds.UnionWith(manifest.Defines.Select(type => (type.Group, type.Kind)));
        }
    }

    /// <summary>Whether an object is in one of them.</summary>
    public bool Contains(ResourceId id) => (id.Namespace is { } name && _namespaces.Contains(name)) || _kinds.Contains((id.Group, id.Kind));
}
