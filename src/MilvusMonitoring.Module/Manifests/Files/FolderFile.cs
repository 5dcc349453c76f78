using System.Buffers;
using System.Security.Cryptography;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>
/// A manifest file in a folder. It is read each time that it is needed rather than held, so that memory does not grow with the folder.
/// </summary>
/// <param name="path">Its path below the manifests folder, with <c>/</c>.</param>
/// <param name="location">Where it lies.</param>
internal sealed class FolderFile(string path, string location) : ManifestFile(path, new FileInfo(location).Length)
{
    private byte[]? _hash;

    /// <inheritdoc />
    public override ManifestContent Open()
    {
        var content = Read();
        var hash = SHA256.HashData(content.Bytes.Span);
        if ((Interlocked.CompareExchange(ref _hash, hash, null) ?? hash).AsSpan().SequenceEqual(hash))
        {
            return content;
        }

        // What is applied has to be what was compared with the release and recorded.
        content.Dispose();
        throw Changed();
    }

    private ManifestContent Read()
    {
        if (Length > ManifestText.MaximumLength)
        {
            throw new MonitoringException(ErrorId.ManifestInvalid, $"The manifest {location} {ManifestText.TooLarge(Length)}.", location);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Length + 1);
        int read;
        try
        {
            using var stream = new FileStream(location, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            read = stream.ReadAtLeast(buffer, (int)Length + 1, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw ManifestErrors.Unreadable(location, exception);
        }

        if (read == Length)
        {
            return new ManifestContent(buffer.AsMemory(0, read), buffer);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        throw Changed();
    }

    private MonitoringException Changed() =>
        new(
            ErrorId.ManifestInvalid,
            $"The manifest {location} is no longer what it was when the plan was made, and was not applied",
            "run the command again once the folder is at rest",
            location);
}
