using System.Buffers;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>The bytes of a manifest file for as long as somebody works on them.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="rented">The array from the shared pool that they stand in; null where they stand elsewhere.</param>
internal readonly struct ManifestContent(ReadOnlyMemory<byte> bytes, byte[]? rented = null) : IDisposable
{
    /// <summary>The bytes; not to be looked at after <see cref="Dispose"/>.</summary>
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
