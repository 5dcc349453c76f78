using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class LabelTests
{
    [Theory]
    [InlineData("release", "kps", true)]
    [InlineData("example.com/team_a", "", true)]
    [InlineData("a.b-c_d", "A.b_c-1", true)]
    [InlineData("", "a", false)]
    [InlineData("-a", "a", false)]
    [InlineData("Example.com/a", "a", false)]
    [InlineData("/a", "a", false)]
    [InlineData("a/b/c", "a", false)]
    [InlineData("a", "b c", false)]
    [InlineData("a", "b-", false)]
    [InlineData("a", "b\n", false)]
    [InlineData("ä", "b", false)]
    public void Labels_are_taken_and_refused_as_the_server_does(string key, string value, bool good) =>
        Assert.Equal(good, LabelRules.FindProblem(key, value) is null);

    [Fact]
    public void A_name_or_value_is_63_characters_at_most()
    {
        var longest = new string('a', 63);
        Assert.Null(LabelRules.FindProblem(longest, longest));
        Assert.NotNull(LabelRules.FindProblem(longest + "a", "b"));
        Assert.NotNull(LabelRules.FindProblem("b", longest + "a"));
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("null", false)]
    [InlineData("""{"matchLabels":{"a":"1"}}""", true)]
    [InlineData("""{"matchLabels":{"a":"2"}}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"In","values":["1","2"]},{"key":"b","operator":"DoesNotExist"}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"b","operator":"Exists"}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"b","operator":"NotIn","values":["1"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"Like","values":["1"]}]}""", false)]
    public void A_selector_selects_where_all_of_it_holds(string selector, bool selects) =>
        Assert.Equal(
            selects,
            LabelSelector.Selects(JsonDocument.Parse(selector).RootElement, new Dictionary<string, string> { ["a"] = "1" }));
}
