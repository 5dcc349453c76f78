using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Tests;

/// <summary>Real releases of kube-prometheus, where the machine has them.</summary>
internal static class RealManifests
{
    /// <summary>The folder that holds them; the test is skipped where there is none.</summary>
    public static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable("KUBE_PROMETHEUS_MANIFESTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "KUBE_PROMETHEUS_MANIFESTS does not name a folder with releases of kube-prometheus.");
        return folder!;
    }

    /// <summary>The manifest files of a release.</summary>
    public static Task<ManifestFiles> ReadAsync(string version) =>
        ManifestSource.ReadAsync(Path.Combine(Folder(), version), TestContext.Current.CancellationToken);
}
