using System.Buffers;
using System.Security.Cryptography;

namespace MilvusMonitoring.Manifests.Files;

/// <summary>
/// A manifest file in a folder. Each use reads the file again, so that memory does not grow with the folder.
/// </summary>
/// <param name="path">The path below the manifests folder, with <c>/</c>.</param>
/// <param name="location">The path in the file system.</param>
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

        // The applied content must be the content that was compared with the release and recorded.
        content.Dispose();
        throw CreateChanged();
    }

    private ManifestContent Read()
    {
        if (Length > Bounds.Manifest.Limit)
        {
            throw new MonitoringException(
                ErrorId.ManifestInvalid,
                $"The manifest {location} {ManifestText.DescribeSize(Length)}",
                ManifestText.SizeRemedy,
                location);
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
            throw ManifestErrors.CreateUnreadable(location, exception);
        }

        if (read == Length)
        {
            return new ManifestContent(buffer.AsMemory(0, LineBreaks.Unify(buffer.AsSpan(0, read))), buffer);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        throw CreateChanged();
    }

    private MonitoringException CreateChanged() =>
        new(
            ErrorId.ManifestInvalid,
            $"The manifest {location} has changed since the plan was made, and was not applied",
            "run the command again when nothing changes the folder any more",
            location);
}
