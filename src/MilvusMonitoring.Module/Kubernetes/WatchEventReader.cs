using System.Runtime.CompilerServices;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes;

/// <summary>
/// Splits the stream of a watch into events, one JSON text a line. A broken stream ends the watch in the same way as the server does: the
/// caller starts a new watch.
/// </summary>
internal static class WatchEventReader
{
    /// <summary>Reads the events. The object of an event is valid until the next event is read.</summary>
    /// <param name="what">The watched objects, for messages.</param>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.ResponseInvalid"/>: a line is not an event. <see cref="ErrorId.ServerFailed"/>: the server reports an error.
    /// </exception>
    public static async IAsyncEnumerable<WatchEvent> ReadAsync(
        Stream stream,
        string what,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var lines = LineReader
            .ReadAsync(stream, Bounds.WatchEvent.Limit, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(lines, what).ConfigureAwait(false))
        {
            if (!lines.Current.IsEmpty)
            {
                yield return Parse(lines.Current, what);
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> lines, string what)
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw Bounds.WatchEvent.CreateExceeded(ErrorId.ResponseInvalid, $"The watch on {what}", "run the command again", what);
        }
    }

    private static WatchEvent Parse(ReadOnlyMemory<byte> line, string what)
    {
        if (!JsonTexts.AreReadable(line.Span))
        {
            throw CreateInvalidEvent(what, null);
        }

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
                    ErrorId.ServerFailed,
                    $"The server ended the watch on {what}: {OneLine.Clean(JsonSlice.Text(content, "message"))}",
                    "run the command again",
                    what),
                _ => throw CreateInvalidEvent(what, null),
            };
        }
        catch (JsonException exception)
        {
            throw CreateInvalidEvent(what, exception);
        }
    }

    private static MonitoringException CreateInvalidEvent(string what, Exception? cause) =>
        new(
            ErrorId.ResponseInvalid,
            $"The server's response to the watch on {what} is not a stream of events",
            "run the command again",
            what,
            cause);
}
