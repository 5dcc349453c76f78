using System.Buffers;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>One YAML file of a manifest folder or archive.</summary>
/// <param name="path">The path below the manifests folder, with <c>/</c>: <c>setup/namespace.yaml</c>.</param>
/// <param name="length">The number of bytes.</param>
internal abstract class ManifestFile(string path, long length)
{
    /// <summary>The path below the manifests folder, with <c>/</c>.</summary>
    public string Path => path;

    /// <summary>The number of bytes.</summary>
    public long Length => length;

    /// <summary>Opens the content. Each call gets the same bytes.</summary>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.ManifestNotFound"/> or <see cref="ErrorId.ManifestInvalid"/>: the file is gone or has changed.
    /// </exception>
    public abstract ManifestContent Open();
}

/// <summary>The bytes of a manifest file, until they are disposed.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="rented">The array from the shared pool that contains the bytes; null if they are elsewhere.</param>
internal readonly struct ManifestContent(ReadOnlyMemory<byte> bytes, byte[]? rented = null) : IDisposable
{
    /// <summary>The bytes. Not valid after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <inheritdoc />
    public void Dispose()
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
