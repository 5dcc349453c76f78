using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>The manifests that the user asks for.</summary>
/// <param name="Version">A release; null for the newest release that supports the cluster's Kubernetes.</param>
/// <param name="Path">A folder or archive; null for a release.</param>
/// <param name="Selection">Which of the objects to take.</param>
internal sealed record ManifestRequest(string? Version, string? Path, ManifestSelection Selection);

/// <summary>Which objects to take of a stack's manifests, and the registry of their images.</summary>
/// <param name="ExcludedComponents">Components to leave out.</param>
/// <param name="ImageRegistry">The registry that replaces the registry of every image; null to keep the images' own.</param>
internal sealed record ManifestSelection(IReadOnlyList<string> ExcludedComponents, string? ImageRegistry)
{
    public static ManifestSelection All { get; } = new([], null);
}

/// <summary>
/// Loads the manifests that the user asks for. Warns about files that were not read, and if the manifests do not support the cluster's
/// Kubernetes.
/// </summary>
/// <param name="defaultNamespace">The namespace of objects whose manifest names none.</param>
internal sealed class ManifestSetLoader(ReleaseStore store, IActivitySink sink, string defaultNamespace)
{
    /// <param name="kubernetes">The cluster's Kubernetes. Files are read while this request is still running.</param>
    public async Task<ManifestSet> LoadAsync(ManifestRequest request, Task<ServerVersion> kubernetes, CancellationToken cancellationToken)
    {
        if (request.Path is { } path)
        {
            var files = await ManifestSource.ReadAsync(path, cancellationToken).ConfigureAwait(false);
            var manifests = new ManifestSet(path, files, request.Selection, defaultNamespace, cancellationToken);

            // A release is complete, whatever else its source tree has.
            if (manifests.Release is null && files.DescribeUnread() is { } unread)
            {
                sink.Warning($"{path}: {unread}.");
            }

            WarnIfUnsupported(manifests.Release, await kubernetes.ConfigureAwait(false));
            return manifests;
        }

        Release release;
        if (request.Version is { } version)
        {
            release = ReleaseCatalog.Get(version);
            WarnIfUnsupported(release, await kubernetes.ConfigureAwait(false));
        }
        else
        {
            release = ChooseRelease(await kubernetes.ConfigureAwait(false));
        }

        var downloaded = await store.ReadAsync(release, sink, cancellationToken).ConfigureAwait(false);
        return new ManifestSet($"release {release.Version}", downloaded, request.Selection, defaultNamespace, cancellationToken);
    }

    private Release ChooseRelease(ServerVersion kubernetes)
    {
        var choice = ReleaseCatalog.Choose(kubernetes.Kubernetes);
        if (choice.Warning is { } warning)
        {
            sink.Warning(warning);
        }

        return choice.Release;
    }

    private void WarnIfUnsupported(Release? release, ServerVersion kubernetes)
    {
        if (release is not null && !release.Supports(kubernetes.Kubernetes))
        {
            sink.Warning(
                $"kube-prometheus {release.Version} supports Kubernetes {release.OldestKubernetes} to {release.NewestKubernetes}, "
                + $"and the cluster runs {kubernetes.Text}: parts of the release may not work; "
                + "leave -Version out to get a release that supports this version.");
        }
    }
}
