using System.Text.Json;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Tests.Milvus;

public sealed class ExactNumbersTests
{
    [Theory]
    [InlineData("{}", "", null)]
    [InlineData("""{"a":9007199254740992,"b":-5,"c":1.5,"d":1e300,"e":18446744073709551616,"f":"9007199254740993"}""", "", null)]
    [InlineData("""{"a":9007199254740993,"b":{"c":-9007199254740993}}""", "a=9007199254740993 b.c=-9007199254740993", null)]
    [InlineData("""{"a":9223372036854775807}""", "a=9223372036854775807", null)]
    [InlineData("""{"a.b":{"c,d=[0]\\":9007199254740993}}""", """a\.b.c\,d\=\[0\]\\=9007199254740993""", null)]
    [InlineData(
        """{"x":{"a":[0,{"n":9007199254740993,"s":"y"},[9007199254740995]],"z":1},"b":[1]}""",
        "x.a[1].n=9007199254740993 x.a[2][0]=9007199254740995",
        """{"x":{"a":[0,{"n":9007199254740993,"s":"y"},[9007199254740995]]}}"""
    )]
    [InlineData(
        """{"a":[9007199254740993,"😀\\ud83d\\ude00\u2028"]}""",
        "a[0]=9007199254740993",
        """{"a":[9007199254740993,"😀\\ud83d\\ude00\u2028"]}"""
    )]
    public void Integers_that_a_double_cannot_hold_are_given_again_and_lists_that_hold_them_whole(
        string values,
        string settings,
        string? input)
    {
        var numbers = ExactNumbers.Find(JsonDocument.Parse(values).RootElement, string.Empty);
        Assert.Equal(settings, string.Join(' ', numbers.Settings));
        Assert.Equal(input, numbers.Input);
    }

    [Fact]
    public void No_values_at_all_hold_none() => Assert.Equal([], ExactNumbers.Find(default, string.Empty).Settings);

    [Theory]
    [InlineData(2000000, "size: 2000000", true)]
    [InlineData(2000000, "size: \"2000000\"\nother: 2e+06", true)]
    [InlineData(-2000000, "size: -2000000", true)]
    [InlineData(2000000, "size: 2e+06", false)]
    [InlineData(2000000, "size: 12000000, 2000000.5", false)]
    [InlineData(999999, "size: 999999", false)]
    public void A_number_that_was_written_in_digits_is_written_so_again(long number, string manifest, bool isGiven) =>
        Assert.Equal(
            isGiven ? [$"a={number}"] : [],
            ExactNumbers.Find(JsonDocument.Parse($$"""{"a":{{number}}}""").RootElement, manifest).Settings
        );
}
