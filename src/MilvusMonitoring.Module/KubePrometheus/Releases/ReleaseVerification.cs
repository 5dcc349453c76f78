using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Holds manifests against the catalog.</summary>
internal static class ReleaseVerification
{
    /// <summary>Makes sure that manifests are those of a release, byte by byte.</summary>
    /// <param name="release">The release.</param>
    /// <param name="files">The manifests.</param>
    /// <param name="origin">Where they come from, for the message.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ReleaseNotVerified"/>, with the tree id expected and the one
    /// found.</exception>
    public static void Verify(Release release, IReadOnlyList<ManifestFile> files, string origin)
    {
        var found = GitTreeId.Compute([.. files.Select(file => (file.Path, IdOf(file)))]);
        if (found != release.ManifestsTreeId)
        {
            throw new MonitoringException(
                ErrorId.ReleaseNotVerified,
                $"What {origin} holds is not kube-prometheus {release.Number}: the git tree of its manifests is {found}, expected {release.ManifestsTreeId}. Nothing was applied",
                "find out who changed it, or give manifests that you trust with -Path",
                origin);
        }
    }

    private static byte[] IdOf(ManifestFile file)
    {
        using var content = file.Open();
        return GitTreeId.OfFile(content.Bytes.Span);
    }
}
