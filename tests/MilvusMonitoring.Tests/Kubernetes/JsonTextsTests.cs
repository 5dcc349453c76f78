using System.Text;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class JsonTextsTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", true)]
    [InlineData("""{"a":"\ud83d\ude00 \u00e9 \n \\"}""", true)]
    [InlineData("""{"a":"\\ud800"}""", true)]
    [InlineData("""{"a":"\ud83d"}""", false)]
    [InlineData("""{"a":"\ude00"}""", false)]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", false)]
    [InlineData("""{"\uD83D":1}""", false)]
    [InlineData("""{"a":"\""", true)]
    public void Half_of_a_surrogate_pair_cannot_be_read(string json, bool expected) =>
        Assert.Equal(expected, JsonTexts.AreReadable(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Bytes_that_are_no_UTF_8_cannot_be_read() => Assert.False(JsonTexts.AreReadable([(byte)'"', 0xc3, (byte)'"']));
}
