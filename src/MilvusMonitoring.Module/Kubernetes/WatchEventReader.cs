using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Cuts the stream of a watch into events, one JSON text a line. A stream that breaks off ends the watch like one that the server ends: whoever watches begins anew.</summary>
internal static class WatchEventReader
{
    private const int LargestEvent = 32 * 1024 * 1024;

    /// <summary>Reads the events.</summary>
    /// <param name="stream">The answer's body.</param>
    /// <param name="what">What is watched, for errors.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ResponseInvalid"/>: a line is no event. <see cref="ErrorId.ServerFailed"/>: the server reports an error.</exception>
    public static async IAsyncEnumerable<WatchEvent> ReadAsync(Stream stream, string what, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        try
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException)
                {
                    yield break;
                }

                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = buffer.Slice(0, end);
                    if (!line.IsEmpty)
                    {
                        yield return Parse(line.IsSingleSegment ? line.First : line.ToArray(), what);
                    }

                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (buffer.Length > LargestEvent)
                {
                    throw NoEvent(what, null);
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static WatchEvent Parse(ReadOnlyMemory<byte> line, string what)
    {
        try
        {
            var content = JsonSlice.Find(line, "object");
            return JsonSlice.Text(line, "type") switch
            {
                "ADDED" => new WatchEvent(WatchEventKind.Added, content),
                "MODIFIED" => new WatchEvent(WatchEventKind.Modified, content),
                "DELETED" => new WatchEvent(WatchEventKind.Deleted, content),
                "BOOKMARK" => new WatchEvent(WatchEventKind.Bookmark, content),
                "ERROR" when JsonSlice.Parse(content).Number("code") == 410 => new WatchEvent(WatchEventKind.Expired, content),
                "ERROR" => throw new MonitoringException(
                    ErrorId.ServerFailed, $"The server ended the watch on {what}: {JsonSlice.Parse(content).Text("message")}; run the command again.", what),
                _ => throw NoEvent(what, null),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NoEvent(what, exception);
        }
    }

    private static MonitoringException NoEvent(string what, Exception? cause) =>
        new(ErrorId.ResponseInvalid, $"The server's answer to the watch on {what} is no list of events; run the command again.", what, cause);
}
