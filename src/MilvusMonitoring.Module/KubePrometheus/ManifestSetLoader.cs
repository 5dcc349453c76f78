using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Which manifests the user asks for.</summary>
/// <param name="Version">A release; null for the newest that fits the cluster.</param>
/// <param name="Path">A folder or archive; null for a release.</param>
/// <param name="Selection">What to take of them.</param>
internal sealed record ManifestRequest(string? Version, string? Path, ManifestSelection Selection);

/// <summary>Gets the manifests that the user asks for, and warns where they are not made for the cluster's Kubernetes.</summary>
internal sealed class ManifestSetLoader(ReleaseStore store, IActivitySink sink)
{
    /// <summary>Gets the manifests.</summary>
    /// <param name="request">Which.</param>
    /// <param name="kubernetes">The cluster's Kubernetes, which may still be asked for: files are read in the meantime.</param>
    /// <param name="cancellationToken">Ends the reading or the download.</param>
    public async Task<ManifestSet> LoadAsync(ManifestRequest request, Task<ServerVersion> kubernetes, CancellationToken cancellationToken)
    {
        if (request.Path is { } path)
        {
            var files = await ManifestSource.ReadAsync(path, cancellationToken).ConfigureAwait(false);
            var given = new ManifestSet(path, files, request.Selection, cancellationToken);
            WarnWhereUnsupported(given.Release, await kubernetes.ConfigureAwait(false));
            return given;
        }

        var release = request.Version is { } version ? ReleaseCatalog.Find(version) : Newest(await kubernetes.ConfigureAwait(false));
        if (request.Version is not null)
        {
            WarnWhereUnsupported(release, await kubernetes.ConfigureAwait(false));
        }

        var downloaded = await store.GetAsync(release, sink, cancellationToken).ConfigureAwait(false);
        return new ManifestSet($"release {release.Version}", downloaded, request.Selection, cancellationToken);
    }

    private Release Newest(ServerVersion kubernetes)
    {
        var choice = ReleaseCatalog.NewestFor(kubernetes.Kubernetes.Major, kubernetes.Kubernetes.Minor);
        if (choice.Warning is { } warning)
        {
            sink.Warning(warning);
        }

        return choice.Release;
    }

    private void WarnWhereUnsupported(Release? release, ServerVersion kubernetes)
    {
        if (release is not null && !release.Supports(kubernetes.Kubernetes))
        {
            sink.Warning(
                $"kube-prometheus {release.Version} is made for Kubernetes {release.OldestKubernetes} to {release.NewestKubernetes}, and the cluster runs {kubernetes.Text}: parts of it may not work; leave -Version out to get the release that fits."
            );
        }
    }
}
