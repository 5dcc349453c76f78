namespace MilvusMonitoring.Tests;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("-00:00:05", "0s")]
    [InlineData("00:01:59.9", "119s")]
    [InlineData("00:02:00", "2m")]
    [InlineData("00:09:59", "9m59s")]
    [InlineData("00:10:30", "10m")]
    [InlineData("02:59:59", "179m")]
    [InlineData("03:00:10", "3h")]
    [InlineData("07:59:00", "7h59m")]
    [InlineData("1.23:59:00", "47h")]
    [InlineData("2.00:59:00", "2d")]
    [InlineData("7.23:00:00", "7d23h")]
    [InlineData("729.00:00:00", "729d")]
    [InlineData("730.00:00:00", "2y")]
    [InlineData("2919.00:00:00", "7y364d")]
    [InlineData("3000.00:00:00", "8y")]
    public void An_age_is_as_kubectl_shows_it(string age, string expected) =>
        Assert.Equal(expected, DisplayText.Age(TimeSpan.Parse(age, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void What_is_not_there_has_no_age() => Assert.Equal("-", DisplayText.Age(null));

    [Theory]
    [InlineData("one two three four five six", 20, "one two three four\nfive six")]
    [InlineData("twenty characters it is", 20, "twenty characters it\nis")]
    [InlineData("a word-that-is-wider-than-the-column stays", 20, "a\nword-that-is-wider-than-the-column\nstays")]
    [InlineData("", 20, "")]
    public void A_sentence_is_broken_between_its_words(string text, int width, string expected) =>
        Assert.Equal(expected, DisplayText.Wrap(text, width));

    [Theory]
    [InlineData(0)]
    [InlineData(-23)]
    public void A_screen_of_unknown_width_has_80_columns(int width) =>
        Assert.Equal(57, DisplayText.Wrap(string.Join(' ', Enumerable.Repeat("x", 100)), width).IndexOf('\n', StringComparison.Ordinal));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(20 << 20, "20.0 MiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void A_size_is_in_the_largest_unit_that_it_fills(long bytes, string expected) => Assert.Equal(expected, DisplayText.Size(bytes));
}
