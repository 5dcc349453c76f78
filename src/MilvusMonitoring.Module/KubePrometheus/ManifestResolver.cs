using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Resolves how the server serves, or will serve, the kinds of the manifests.</summary>
/// <param name="defaultNamespace">The namespace of objects whose manifest names none: the context's, as in kubectl.</param>
internal sealed class ManifestResolver(ResourceTypes types, string defaultNamespace)
{
    /// <returns>Each object, in its namespace, with its served kind; null if the server does not serve the kind.</returns>
    public async Task<IReadOnlyList<(ManifestObject Object, ResourceType? Type)>> ResolveAsync(
        IReadOnlyList<ManifestObject> objects,
        CancellationToken cancellationToken)
    {
        foreach (var type in objects.SelectMany(candidate => candidate.Defines))
        {
            types.Add(type);
        }

        var kinds = objects.Select(manifest => (manifest.Id.Group, manifest.Version, manifest.Id.Kind)).Distinct().ToList();
        var found = await Task.WhenAll(kinds.Select(kind => types.FindAsync(kind.Group, kind.Version, kind.Kind, cancellationToken)))
            .ConfigureAwait(false);
        var byKind = kinds.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. objects.Select(Resolve)];

        (ManifestObject Object, ResourceType? Type) Resolve(ManifestObject manifest)
        {
            var type = byKind[(manifest.Id.Group, manifest.Version, manifest.Id.Kind)];
            return (PlaceInNamespace(manifest, type), type);
        }
    }

    /// <summary>If the manifest and the kind disagree about namespaces, the kind is right.</summary>
    private ManifestObject PlaceInNamespace(ManifestObject manifest, ResourceType? type) => (type, manifest.Id.Namespace) switch
    {
        ({ IsNamespaced: true }, null) => manifest with { Id = manifest.Id with { Namespace = defaultNamespace } },
        ({ IsNamespaced: false }, not null) => manifest with { Id = manifest.Id with { Namespace = null } },
        _ => manifest,
    };
}
