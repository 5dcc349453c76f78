using System.Text;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class WatchEventReaderTests
{
    [Fact]
    public async Task Events_are_cut_at_line_ends_however_the_bytes_arrive()
    {
        var large = new string('x', 100_000);
        var text = $$$"""
            {"type":"ADDED","object":{"n":1}}

            {"type":"MODIFIED","object":{"n":"{{{large}}}"}}
            {"type":"BOOKMARK","object":{}}
            {"type":"DELETED","object":{"n":3}}

            """;
        foreach (var step in (int[])[1, 7, 4096, 1_000_000])
        {
            var events = await ReadAsync(text, step);
            Assert.Equal(
                [WatchEventKind.Added, WatchEventKind.Modified, WatchEventKind.Bookmark, WatchEventKind.Deleted],
                events.Select(item => item.Kind));
            Assert.Equal($$"""{"n":"{{large}}"}""", events[1].Object);
            Assert.Equal("""{"n":3}""", events[3].Object);
        }
    }

    [Fact]
    public async Task A_stream_that_breaks_off_in_mid_event_ends_the_watch() =>
        Assert.Single(await ReadAsync("""
            {"type":"ADDED","object":{}}
            {"type":"ADD
            """, 10));

    [Fact]
    public async Task Being_too_old_is_told_from_other_errors()
    {
        Assert.Equal(
            WatchEventKind.Expired,
            Assert.Single(await ReadAsync("""{"type":"ERROR","object":{"kind":"Status","code":410}}""" + "\n", 100)).Kind
        );
        var error = await Assert.ThrowsAsync<MonitoringException>(() =>
            ReadAsync("""{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd\nis gone"}}""" + "\n", 100)
        );
        Assert.Equal(
            (ErrorId.ServerFailed, "The server ended the watch on things: etcd is gone; run the command again."),
            (error.ErrorId, error.Message));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"type":"\ud800","object":{}}""")]
    [InlineData("""{"type":"SOMETHING","object":{}}""")]
    [InlineData("7")]
    public async Task A_line_that_is_no_event_is_an_error(string line) =>
        Assert.Equal(ErrorId.ResponseInvalid, (await Assert.ThrowsAsync<MonitoringException>(() => ReadAsync(line + "\n", 100))).ErrorId);

    [Fact]
    public async Task A_line_without_end_is_refused_before_memory_runs_out()
    {
        var error = await Assert.ThrowsAsync<MonitoringException>(async () =>
        {
            await foreach (var _ in WatchEventReader.ReadAsync(new Endless(), "things", TestContext.Current.CancellationToken))
            {
            }
        });
        Assert.Equal(ErrorId.ResponseInvalid, error.ErrorId);
    }

    private static async Task<List<(WatchEventKind Kind, string Object)>> ReadAsync(string text, int step)
    {
        var events = new List<(WatchEventKind, string)>();
        await foreach (
            var item in WatchEventReader.ReadAsync(
                new Dripping(Encoding.UTF8.GetBytes(text), step),
                "things",
                TestContext.Current.CancellationToken))
        {
            events.Add((item.Kind, Encoding.UTF8.GetString(item.Object.Span)));
        }

        return events;
    }

    private sealed class Dripping(byte[] content, int step) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(step, buffer.Length)]));
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
