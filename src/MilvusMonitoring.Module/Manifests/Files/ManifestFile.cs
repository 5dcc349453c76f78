namespace MilvusMonitoring.Manifests.Files;

/// <summary>One YAML file of a manifest folder or archive.</summary>
/// <param name="path">Its path below the manifests folder, with <c>/</c>: <c>setup/namespace.yaml</c>.</param>
/// <param name="length">How many bytes it has.</param>
internal abstract class ManifestFile(string path, long length)
{
    /// <summary>Its path below the manifests folder, with <c>/</c>.</summary>
    public string Path => path;

    /// <summary>How many bytes it has.</summary>
    public long Length => length;

    /// <summary>Gives its bytes, the same each time.</summary>
    /// <returns>The bytes, to be given back.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ManifestNotFound"/> or <see cref="ErrorId.ManifestInvalid"/>: it is gone,
    /// or no longer what it was.</exception>
    public abstract ManifestContent Open();
}
