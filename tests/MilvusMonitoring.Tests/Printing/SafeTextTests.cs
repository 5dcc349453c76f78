namespace MilvusMonitoring.Tests.Printing;

public sealed class SafeTextTests
{
    [Theory]
    [MemberData(nameof(Hostile.Sequences), MemberType = typeof(Hostile))]
    public void Nothing_is_left_that_a_terminal_or_an_agent_obeys(string sequence)
    {
        Assert.NotNull(Hostile.Find(sequence));
        foreach (var text in (string[])[sequence, "before " + sequence, sequence + sequence, sequence + " after"])
        {
            var clean = SafeText.Clean(text);
            Assert.Null(Hostile.Find(clean));
            Assert.Equal(clean, SafeText.Clean(clean));
        }
    }

    /// <remarks>A fact of its own, because a runner may pass another character to a theory.</remarks>
    [Fact]
    public void Half_of_a_surrogate_pair_is_replaced() =>
        Assert.Equal("half \ufffd of a pair", SafeText.Clean("half " + (char)0xd83d + " of a pair"));

    [Theory]
    [InlineData("\u001b[31mred\a", "\u241b[31mred\u2407")]
    [InlineData("a\u007f\u009b2J", "a\u2421\ufffd2J")]
    [InlineData("a\r\n\tb", "a b")]
    [InlineData("x ##vso[a]b", "x # #vso[a]b")]
    [InlineData("::error::a", ": :error::a")]
    [InlineData("see ::warning::a", "see : :warning::a")]
    [InlineData("--- a", "- - - a")]
    public void What_is_taken_out_stays_visible(string text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Theory]
    [InlineData("")]
    [InlineData("Deployment/monitoring/grafana")]
    [InlineData("# Find out why no pod of Prometheus/monitoring/k8s is ready.")]
    [InlineData("dial tcp [fd00:10::a5]:9090 and fe80::1:2")]
    [InlineData("::1")]
    [InlineData("größer … 数据 \ud83d\ude00 --- a: b")]
    [InlineData("-Namespace 'a' --version 1.2.3")]
    public void Other_text_comes_back_as_it_is(string text) => Assert.Equal(text, SafeText.Clean(text));

    [Fact]
    public void A_long_text_takes_time_of_its_length_only()
    {
        var clean = SafeText.Clean(new string(':', 1 << 20) + new string('#', 1 << 20) + new string('\u001b', 1 << 20));
        Assert.Null(Hostile.Find(clean));
    }

    [Fact]
    public void Causes_that_are_safe_are_kept_and_others_are_replaced_by_safe_ones()
    {
        var safe = new InvalidOperationException("one line\nand another", new IOException("inner"));
        Assert.Same(safe, new MonitoringException("Id", "message", null, safe).InnerException);

        var hostile = new IOException(Hostile.Around("outer"), new IOException(Hostile.Around("inner")));
        var error = new MonitoringException("Id", "message", null, hostile);
        Assert.Contains("IOException", error.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("inner", error.InnerException.InnerException!.Message, StringComparison.Ordinal);
        Assert.Null(Hostile.Find(error.ToString(), areLines: true));
    }
}
