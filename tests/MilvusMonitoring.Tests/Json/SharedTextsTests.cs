using MilvusMonitoring.Json;

namespace MilvusMonitoring.Tests.Json;

public sealed class SharedTextsTests
{
    private readonly SharedTexts _shared = new();

    [Fact]
    public void Equal_short_texts_are_one_string_and_each_text_stays_what_it_is()
    {
        var texts = Enumerable.Range(0, 20_000).Select(number => $"shared {number}").ToList();

        Assert.All(texts, text => Assert.Equal(text, _shared.Share(text)));
        Assert.All(texts, text => Assert.Same(_shared.Share(text), _shared.Share(new string(text))));
    }

    [Fact]
    public void A_long_text_is_not_kept()
    {
        var text = new string('a', 129);
        _shared.Share(text);

        var other = new string('a', 129);
        Assert.Same(other, _shared.Share(other));
    }
}
