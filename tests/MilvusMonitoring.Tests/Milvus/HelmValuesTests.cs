using System.Text.Json;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Tests.Milvus;

public sealed class HelmValuesTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"b":3,"c":4}""", """{"a":1,"b":3,"c":4}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"y":3}}""", """{"a":{"x":1,"y":3}}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"y":null}}""", """{"a":{"x":1}}""")]
    [InlineData("""{"a":{"x":1}}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":{"x":1}}""", """{"a":"text"}""", """{"a":"text"}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":9007199254740993}""", "null", """{"a":9007199254740993}""")]
    [InlineData("""{"a":1,"a":2}""", """{"b.c":1}""", """{"a":2,"b.c":1}""")]
    [InlineData("null", """{"a":1}""", """{"a":1}""")]
    public void The_user_s_values_lie_over_the_defaults(string defaults, string user, string expected) =>
        Assert.Equal(
            expected,
            HelmValues.Coalesce(JsonDocument.Parse(defaults).RootElement, JsonDocument.Parse(user).RootElement).GetRawText());

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("0.5", true)]
    [InlineData("\"\"", false)]
    [InlineData("\"false\"", true)]
    [InlineData("[]", false)]
    [InlineData("{}", false)]
    [InlineData("{\"a\":1}", true)]
    [InlineData("null", false)]
    public void True_is_what_a_template_takes_for_true(string json, bool expected) =>
        Assert.Equal(expected, JsonDocument.Parse(json).RootElement.IsTrue());
}
