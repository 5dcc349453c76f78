using System.Security.Cryptography;
using System.Text;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The manifests of an operation. They are parsed when their objects are first read: a re-install that finds its inventory up to date never
/// reads them.
/// </summary>
internal sealed class ManifestSet
{
    private readonly IReadOnlyList<ManifestFile> _files;
    private readonly ManifestSelection _selection;
    private readonly CancellationToken _cancellationToken;
    private readonly Lazy<IReadOnlyList<ManifestObject>> _objects;

    /// <param name="source">Where the files came from, as text.</param>
    /// <param name="selection">Which of the objects to take.</param>
    /// <param name="defaultNamespace">The namespace of objects whose manifest names none.</param>
    public ManifestSet(
        string source,
        IReadOnlyList<ManifestFile> files,
        ManifestSelection selection,
        string defaultNamespace,
        CancellationToken cancellationToken)
    {
        (Source, _files, _selection, _cancellationToken) = (source, files, selection, cancellationToken);
        if (selection.ImageRegistry is { } registry)
        {
            _ = ImageName.NormalizeRegistry(registry);
        }

        var (tree, digest) = Identify(files, selection, defaultNamespace, cancellationToken);
        Release = ReleaseCatalog.All.FirstOrDefault(release => release.ManifestsTreeId == tree);
        Digest = digest;
        _objects = new Lazy<IReadOnlyList<ManifestObject>>(Select);
    }

    /// <summary>Where the manifests came from, as text.</summary>
    public string Source { get; }

    /// <summary>The release that has exactly these files; null if no release of the catalog has them.</summary>
    public Release? Release { get; }

    /// <summary>A digest of the files' content and of the selection.</summary>
    public string Digest { get; }

    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>.</exception>
    public IReadOnlyList<ManifestObject> Objects => _objects.Value;

    /// <summary>Reads the objects of some of the files.</summary>
    /// <param name="paths">The paths of the files; see <see cref="ManifestObject.File"/>.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>.</exception>
    public IReadOnlyList<ManifestObject> ReadFrom(IReadOnlySet<string> paths) =>
        _objects.IsValueCreated
            ? [.. Objects.Where(candidate => paths.Contains(candidate.File))]
            : Read([.. _files.Where(file => paths.Contains(file.Path))]);

    /// <summary>
    /// Whether the inventory lists these manifests. The digest alone does not say so: everybody can compute it. Usually each file has an
    /// entry, and nothing is parsed.
    /// </summary>
    public bool AreListedIn(Inventory inventory)
    {
        var listed = inventory.Entries.Where(entry => entry.File is not null).ToList();
        var files = listed.Select(entry => entry.File!).ToHashSet(StringComparer.Ordinal);
        return (_selection.ExcludedComponents.Count == 0 && files.SetEquals(_files.Select(file => file.Path)))
            || listed
                .Select(entry => (entry.File!, entry.Group, entry.Kind, entry.Name))
                .ToHashSet()
                .SetEquals(Objects.Select(manifest => (manifest.File, manifest.Id.Group, manifest.Id.Kind, manifest.Id.Name)));
    }

    private IReadOnlyList<ManifestObject> Read(IReadOnlyList<ManifestFile> files) => ManifestReader.Read(files, Adapt, _cancellationToken);

    private ManifestObject Adapt(ManifestObject manifest)
    {
        var withoutStatus = ObjectStatus.Remove(manifest);
        return _selection.ImageRegistry is { } registry ? ImageReferences.Rewrite(withoutStatus, registry) : withoutStatus;
    }

    private List<ManifestObject> Select()
    {
        var objects = Read(_files);
        foreach (var excluded in _selection.ExcludedComponents)
        {
            if (!objects.Any(candidate => ComponentName.Matches(candidate.Component, excluded)))
            {
                var components = objects
                    .Select(candidate => candidate.Component)
                    .Where(component => component != ComponentName.Setup)
                    .Distinct()
                    .Order(StringComparer.Ordinal);
                var known = string.Join(", ", components);
                var reason = ComponentName.Setup.Equals(excluded, StringComparison.OrdinalIgnoreCase)
                    ? "The namespace cannot be left out: it contains all components"
                    : $"There is no component '{excluded}' in the manifests";
                throw new MonitoringException(ErrorId.ParameterInvalid, reason, $"the components are {known}", excluded);
            }
        }

        return
        [
            .. objects.Where(candidate =>
                !_selection.ExcludedComponents.Any(excluded => ComponentName.Matches(candidate.Component, excluded))),
        ];
    }

    /// <summary>Reads every file once, for the git tree id and for the digest.</summary>
    private static (string Tree, string Digest) Identify(
        IReadOnlyList<ManifestFile> files,
        ManifestSelection selection,
        string defaultNamespace,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ids = new List<(string Path, byte[] Id)>(files.Count);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var content = file.Open();
            ids.Add((file.Path, GitTreeId.ComputeFile(content.Bytes.Span)));
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{content.Bytes.Length}\n"));
            hash.AppendData(content.Bytes.Span);
        }

        var excluded = string.Join(',', selection.ExcludedComponents.Order(StringComparer.OrdinalIgnoreCase));
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{excluded}\n{selection.ImageRegistry}"));
        if (defaultNamespace != "default")
        {
            // The same files give other objects in another namespace.
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{defaultNamespace}"));
        }

        return (GitTreeId.Compute(ids), Convert.ToBase64String(hash.GetHashAndReset()));
    }
}

/// <summary>The namespace of a stack.</summary>
internal static class StackNamespace
{
    /// <summary>
    /// Finds the namespace of the Prometheus resource; else a namespace of the manifests that has objects; else that of the most objects;
    /// else the usual one.
    /// </summary>
    /// <param name="ids">The objects, in their namespaces.</param>
    public static string Find(IReadOnlyList<ResourceId> ids)
    {
        var used = ids
            .Where(id => id.Namespace is not null)
            .GroupBy(id => id.Namespace!)
            .OrderByDescending(group => group.Count())
            .Select(group => group.Key)
            .ToList();
        var own = ids.Where(id => id.IsNamespace).Select(id => id.Name).ToList();
        return ids.FirstOrDefault(id => id.Kind == "Prometheus")?.Namespace
            ?? own.Find(used.Contains)
            ?? used.FirstOrDefault()
            ?? own.FirstOrDefault()
            ?? PrometheusChoice.UsualNamespace;
    }
}
