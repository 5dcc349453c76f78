using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>A manifest file out of an archive: unpacked once, and held.</summary>
/// <param name="path">Its path below the manifests folder, with <c>/</c>.</param>
/// <param name="content">Its bytes.</param>
internal sealed class ArchivedFile(string path, ReadOnlyMemory<byte> content) : ManifestFile(path, content.Length)
{
    /// <inheritdoc />
    public override ManifestContent Open() => new(content);
}
