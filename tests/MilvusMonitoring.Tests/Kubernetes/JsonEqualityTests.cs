using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class JsonEqualityTests
{
    [Theory]
    [InlineData("null", "null", true)]
    [InlineData("null", "{}", false)]
    [InlineData("{}", "[]", false)]
    [InlineData("""{"a":1,"b":["x",{"c":null}]}""", """{"b":["x",{"c":null}],"a":1}""", true)]
    [InlineData("""{"emptyDir":null}""", """{"configMap":{"name":"x"}}""", false)]
    [InlineData("""{"emptyDir":null}""", """{"configMap":null}""", false)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":[{"b":"x"}]}""", """{"a":[{"b":"y"}]}""", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("[1]", "[1,2]", false)]
    [InlineData("\"A\"", "\"\\u0041\"", true)]
    [InlineData("\"1\"", "1", false)]
    public void Members_are_equal_by_name_and_items_by_place(string left, string right, bool expected)
    {
        Assert.Equal(expected, JsonEquality.AreEqual(JsonNode.Parse(left), JsonNode.Parse(right)));
        Assert.Equal(expected, JsonEquality.AreEqual(JsonNode.Parse(right), JsonNode.Parse(left)));
    }
}
