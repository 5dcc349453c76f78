using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class JsonSliceTests
{
    private static readonly ReadOnlyMemory<byte> Json = Encoding.UTF8.GetBytes(
        """{"a":{"b":[1,{"c":"x"}],"status":{"deep":{"status":2}}},"status":null,"text":"t"}"""
    );

    [Theory]
    [InlineData("a b", """[1,{"c":"x"}]""")]
    [InlineData("a status deep", """{"status":2}""")]
    [InlineData("status", "null")]
    [InlineData("status conditions", "")]
    [InlineData("missing", "")]
    [InlineData("a b c", "")]
    public void The_value_below_a_path_is_found_as_it_stands(string path, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(JsonSlice.Find(Json, path.Split(' ')).Span));

    [Fact]
    public void Arrays_are_cut_into_items() =>
        Assert.Equal(["1", """{"c":"x"}"""], JsonSlice.Items(Json, "a", "b").Select(item => Encoding.UTF8.GetString(item.Span)));

    [Fact]
    public void What_is_no_text_reads_as_none()
    {
        Assert.Equal("t", JsonSlice.Text(Json, "text"));
        Assert.Null(JsonSlice.Text(Json, "a"));
        Assert.Null(JsonSlice.Text(Json, "missing"));
    }

    [Fact]
    public void Broken_JSON_is_an_error() => Assert.ThrowsAny<JsonException>(() => JsonSlice.Find("{\"a\":"u8.ToArray(), "b"));
}
