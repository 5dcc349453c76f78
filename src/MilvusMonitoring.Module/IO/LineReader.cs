using System.Buffers;
using System.Runtime.CompilerServices;

namespace MilvusMonitoring.IO;

/// <summary>Splits a stream into lines, in one pooled buffer that grows with the longest line.</summary>
internal static class LineReader
{
    private const int FirstSize = 16 * 1024;

    /// <summary>Reads the lines. A line is valid until the next line is read. A broken stream ends the lines too.</summary>
    /// <param name="longestLine">The limit of one line in bytes.</param>
    /// <exception cref="InvalidDataException">A line exceeds the limit.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream,
        int longestLine,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            var (start, end, searched) = (0, 0, 0);
            while (true)
            {
                int found;
                while ((found = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n')) >= 0)
                {
                    yield return buffer.AsMemory(start, searched + found - start);
                    start = searched = searched + found + 1;
                }

                searched = end;
                (start, end, searched, buffer) = MakeRoom(buffer, start, end, searched, longestLine);
                var read = await ReadAsync(stream, buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    yield break;
                }

                end += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (int Start, int End, int Searched, byte[] Buffer) MakeRoom(
        byte[] buffer,
        int start,
        int end,
        int searched,
        int longestLine)
    {
        if (end < buffer.Length)
        {
            return (start, end, searched, buffer);
        }

        if (end - start >= longestLine)
        {
            throw new InvalidDataException($"A line has {longestLine} bytes or more.");
        }

        var target = start > 0 ? buffer : ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(start, end - start).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (0, end - start, searched - start, target);
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return 0;
        }
    }
}
