using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>The names that objects get of texts.</summary>
public sealed class ObjectNamesTests
{
    [Theory]
    [InlineData("milvus-my-release")]
    [InlineData("milvus-team.my-release.v2")]
    public void A_name_stays(string name) => Assert.Equal(name, ObjectNames.FitSubdomain(name));

    [Theory]
    [InlineData("milvus-My_Vectors", "^milvus-my-vectors-[0-9a-f]{8}$")]
    [InlineData("milvus-a..b", "^milvus-a\\.b-[0-9a-f]{8}$")]
    [InlineData("milvus-x.", "^milvus-x-[0-9a-f]{8}$")]
    [InlineData("-", "^[0-9a-f]{8}$")]
    [InlineData("größe", "^gr--e-[0-9a-f]{8}$")]
    public void What_is_no_name_becomes_one(string text, string expected) => Assert.Matches(expected, ObjectNames.FitSubdomain(text));

    [Fact]
    public void A_label_has_no_dots_and_keeps_its_limit()
    {
        Assert.Matches("^teams-a-b-[0-9a-f]{8}$", ObjectNames.FitLabel("teams-a.b", 40));
        var longest = ObjectNames.FitLabel(new string('a', 41), 40);
        Assert.Matches("^a{31}-[0-9a-f]{8}$", longest);
        Assert.NotEqual(longest, ObjectNames.FitLabel(new string('a', 42), 40));
    }
}
