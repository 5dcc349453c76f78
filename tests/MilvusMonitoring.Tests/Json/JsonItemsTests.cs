using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Tests.Json;

/// <summary>The items of an array of a text that comes in pieces of any size, and that is longer than the buffer.</summary>
public sealed class JsonItemsTests
{
    private static readonly Bound Longest = new("an item", 1 << 20, Bound.Bytes);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Pieces_of_any_size_give_the_items_and_the_rest(int piece)
    {
        var random = new Random(piece);
        for (var round = 0; round < 40; round++)
        {
            var items = new JsonArray([.. Enumerable.Range(0, random.Next(6)).Select(_ => CreateValue(random, 3))]);
            var after = new JsonObject { ["items"] = new JsonArray(1) };
            var before = CreateValue(random, 2);
            var data = new JsonObject { ["before"] = before, ["items"] = items, ["after"] = after };
            var text = new JsonObject { ["items"] = new JsonArray(2), ["data"] = data, ["status"] = "success" };
            var options = new JsonSerializerOptions { WriteIndented = random.Next(2) == 0 };
            var (found, rest) = await ReadAsync(text.ToJsonString(options), piece);

            Assert.Equal(items.Select(item => item?.ToJsonString() ?? "null"), found.Select(Minify));
            data["items"] = new JsonArray();
            Assert.Equal(text.ToJsonString(), Minify(rest));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"data\":{\"items\":[1,2")]
    [InlineData("{\"data\":{\"items\":[1 2]}}")]
    [InlineData("{\"data\":{\"items\":[1]}}}")]
    public async Task What_is_no_JSON_is_refused(string text) =>
        await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, 3));

    [Theory]
    [InlineData("{\"data\":{\"items\":[\"")]
    [InlineData("{\"data\":\"")]
    public async Task What_is_longer_than_the_bound_ends_the_read(string text) =>
        await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(text + new string('x', 3 << 20), 1 << 16));

    private static async Task<(IReadOnlyList<string> Items, string Around)> ReadAsync(string text, int piece)
    {
        var found = new List<string>();
        using var items = new JsonItems(
            ["data", "items"],
            Longest,
            () => new TimeoutException(),
            item => found.Add(Encoding.UTF8.GetString(item.Span)),
            firstBuffer: 16);
        using var stream = new PieceStream(Encoding.UTF8.GetBytes(text), piece);
        var rest = await items.ReadAsync(stream, Token);
        return (found, Encoding.UTF8.GetString(rest.Span));
    }

    private static string Minify(string text) => JsonNode.Parse(text)?.ToJsonString() ?? "null";

    private static JsonNode? CreateValue(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => random.Next(100),
        1 => "text, with \"quotes\", [brackets] and {braces} \u00e4",
        2 => null,
        3 => true,
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => CreateValue(random, depth - 1))]),
        _ => new JsonObject { ["items"] = CreateValue(random, depth - 1), ["data"] = CreateValue(random, depth - 1) },
    };

    private sealed class PieceStream(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
