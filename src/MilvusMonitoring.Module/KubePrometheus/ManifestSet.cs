using System.Security.Cryptography;
using System.Text;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The manifests to work with. They are parsed at the first look at their objects: a re-install that finds its inventory up to date never
/// looks.
/// </summary>
internal sealed class ManifestSet
{
    private readonly IReadOnlyList<ManifestFile> _files;
    private readonly ManifestSelection _selection;
    private readonly CancellationToken _cancellationToken;
    private readonly Lazy<IReadOnlyList<ManifestObject>> _objects;

    /// <summary>Creates the set.</summary>
    /// <param name="source">Where the files came from, in words.</param>
    /// <param name="files">The files.</param>
    /// <param name="selection">What to take of them.</param>
    /// <param name="cancellationToken">Ends the parsing.</param>
    public ManifestSet(string source, IReadOnlyList<ManifestFile> files, ManifestSelection selection, CancellationToken cancellationToken)
    {
        (Source, _files, _selection, _cancellationToken) = (source, files, selection, cancellationToken);
        if (selection.ImageRegistry is { } registry)
        {
            _ = ImageName.Registry(registry);
        }

        var (tree, digest) = Identify(files, selection, cancellationToken);
        Release = ReleaseCatalog.All.FirstOrDefault(release => release.ManifestsTreeId == tree);
        Digest = digest;
        _objects = new Lazy<IReadOnlyList<ManifestObject>>(Select);
    }

    /// <summary>Where the manifests came from, in words.</summary>
    public string Source { get; }

    /// <summary>The release that the files are, to the byte; null where they are none of the catalog's.</summary>
    public Release? Release { get; }

    /// <summary>Stands for the files' content and the selection.</summary>
    public string Digest { get; }

    /// <summary>The objects.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>.</exception>
    public IReadOnlyList<ManifestObject> Objects => _objects.Value;

    /// <summary>Reads the objects of a few files only.</summary>
    /// <param name="paths">The paths of the files, as <see cref="ManifestObject.File"/> has them.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestInvalid"/>.</exception>
    public IReadOnlyList<ManifestObject> ReadFrom(IReadOnlySet<string> paths) =>
        _objects.IsValueCreated
            ? [.. Objects.Where(candidate => paths.Contains(candidate.File))]
            : Read([.. _files.Where(file => paths.Contains(file.Path))]);

    private IReadOnlyList<ManifestObject> Read(IReadOnlyList<ManifestFile> files) => ManifestReader.Read(files, Change, _cancellationToken);

    private ManifestObject Change(ManifestObject manifest)
    {
        var sent = ObjectStatus.Remove(manifest);
        return _selection.ImageRegistry is { } registry ? ImageReferences.Rewrite(sent, registry) : sent;
    }

    private List<ManifestObject> Select()
    {
        var objects = Read(_files);
        foreach (var excluded in _selection.ExcludedComponents)
        {
            if (!objects.Any(candidate => ComponentName.Matches(candidate.Component, excluded)))
            {
                var known = string.Join(
                    ", ",
                    objects
                        .Select(candidate => candidate.Component)
                        .Where(component => component != ComponentName.Setup)
                        .Distinct()
                        .Order(StringComparer.Ordinal));
                var reason = ComponentName.Setup.Equals(excluded, StringComparison.OrdinalIgnoreCase)
                    ? "The namespace, which all components live in, cannot be left out"
                    : $"There is no component '{excluded}' in the manifests";
                throw new MonitoringException(ErrorId.ParameterInvalid, $"{reason}", $"the components are {known}", excluded);
            }
        }

        return
        [
            .. objects.Where(candidate =>
                !_selection.ExcludedComponents.Any(excluded => ComponentName.Matches(candidate.Component, excluded))),
        ];
    }

    /// <summary>Reads every file once, for the id of git's tree and for the digest.</summary>
    private static (string Tree, string Digest) Identify(
        IReadOnlyList<ManifestFile> files,
        ManifestSelection selection,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ids = new List<(string Path, byte[] Id)>(files.Count);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var content = file.Open();
            ids.Add((file.Path, GitTreeId.OfFile(content.Bytes.Span)));
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Length}\n"));
            hash.AppendData(content.Bytes.Span);
        }

        hash.AppendData(
            Encoding.UTF8.GetBytes(
                $"\n{string.Join(',', selection.ExcludedComponents.Order(StringComparer.OrdinalIgnoreCase))}\n{selection.ImageRegistry}"));
        return (GitTreeId.Compute(ids), Convert.ToBase64String(hash.GetHashAndReset()));
    }
}
