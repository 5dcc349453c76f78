using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"op":"add","path":"/b","value":[1]}""", """{"a":1,"b":[1]}""")]
    [InlineData("""{"a":1}""", """{"op":"add","path":"/a","value":null}""", """{"a":null}""")]
    [InlineData("""{"a":[1,3]}""", """{"op":"add","path":"/a/1","value":2}""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1,2]}""", """{"op":"add","path":"/a/2","value":3}""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """{"op":"add","path":"/a/-","value":[2]}""", """{"a":[1,[2]]}""")]
    [InlineData("""{"a":{}}""", """{"op":"add","path":"/a/b~1c~0d~01","value":1}""", """{"a":{"b/c~d~1":1}}""")]
    [InlineData("""{"a":1}""", """{"op":"add","path":"","value":{"b":2}}""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """{"op":"add","path":"/b","value":1,"unknown":true}""", """{"a":1,"b":1}""")]
    [InlineData("""{"a":1,"b":2}""", """{"op":"remove","path":"/a"}""", """{"b":2}""")]
    [InlineData("""{"a":[1,2,3]}""", """{"op":"remove","path":"/a/1"}""", """{"a":[1,3]}""")]
    [InlineData("""{"":1,"b":2}""", """{"op":"remove","path":"/"}""", """{"b":2}""")]
    [InlineData("""{"a":[1,2]}""", """{"op":"replace","path":"/a/0","value":{"x":null}}""", """{"a":[{"x":null},2]}""")]
    [InlineData("""{"a":{"b":1},"c":{}}""", """{"op":"move","from":"/a/b","path":"/c/d"}""", """{"a":{},"c":{"d":1}}""")]
    [InlineData("""{"a":[1,2,3]}""", """{"op":"move","from":"/a/0","path":"/a/2"}""", """{"a":[2,3,1]}""")]
    [InlineData("""{"a":{"b":[1]}}""", """{"op":"copy","from":"/a/b","path":"/c"}""", """{"a":{"b":[1]},"c":[1]}""")]
    [InlineData("""{"a":{"x":1,"y":[2]}}""", """{"op":"test","path":"/a","value":{"y":[2.0],"x":1}}""", """{"a":{"x":1,"y":[2]}}""")]
    [InlineData("""{"a":null}""", """{"op":"test","path":"/a","value":null}""", """{"a":null}""")]
    public void A_json_patch_operation_does_what_the_rfc_says(string target, string operation, string expected)
    {
        var result = JsonPatch.Apply(JsonNode.Parse(target)!, [JsonNode.Parse(operation)]);

        Assert.Equal(expected, result.ToJsonString());
    }

    [Theory]
    [InlineData("""{"op":"add","path":"/x/y","value":1}""")]
    [InlineData("""{"op":"add","path":"/list/4","value":1}""")]
    [InlineData("""{"op":"add","path":"/list/01","value":1}""")]
    [InlineData("""{"op":"add","path":"/list/-1","value":1}""")]
    [InlineData("""{"op":"add","path":"/text/0","value":1}""")]
    [InlineData("""{"op":"add","path":"/a"}""")]
    [InlineData("""{"op":"add","path":"a","value":1}""")]
    [InlineData("""{"op":"remove","path":"/x"}""")]
    [InlineData("""{"op":"remove","path":"/list/3"}""")]
    [InlineData("""{"op":"remove","path":"/list/-"}""")]
    [InlineData("""{"op":"replace","path":"/x","value":1}""")]
    [InlineData("""{"op":"move","from":"/x","path":"/y"}""")]
    [InlineData("""{"op":"move","from":"/map","path":"/map/inner"}""")]
    [InlineData("""{"op":"copy","path":"/y"}""")]
    [InlineData("""{"op":"test","path":"/text","value":"other"}""")]
    [InlineData("""{"op":"test","path":"/x","value":null}""")]
    [InlineData("""{"op":"spread","path":"/x","value":1}""")]
    [InlineData("""{"path":"/x","value":1}""")]
    public void An_operation_that_does_not_work_out_rejects_the_whole_patch(string operation)
    {
        var target = JsonNode.Parse("""{"list":[1,2,3],"map":{},"text":"t"}""")!;

        var refusal = Assert.Throws<PatchException>(() =>
            JsonPatch.Apply(target, [JsonNode.Parse("""{"op":"remove","path":"/list/0"}"""), JsonNode.Parse(operation)])
        );

        Assert.Equal((422, "Invalid"), (refusal.Code, refusal.Reason));
        Assert.Equal("""{"list":[1,2,3],"map":{},"text":"t"}""", target.ToJsonString());
    }

    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null,"x":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b",null]}""", """{"a":["b",null]}""")]
    [InlineData("""{"a":{"b":"c","d":1}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d","d":1}}""")]
    [InlineData("""{"a":[1]}""", """{"a":{"b":{"c":null,"d":1}}}""", """{"a":{"b":{"d":1}}}""")]
    [InlineData("""{"a":1}""", """[2]""", """[2]""")]
    public void A_merge_patch_does_what_the_rfc_says(string target, string patch, string expected)
    {
        Assert.Equal(expected, MergePatch.Apply(JsonNode.Parse(target)!, JsonNode.Parse(patch)!).ToJsonString());
    }

    [Theory]
    // Items are merged by their key, and others stay.
    [InlineData(
        """{"containers":[{"name":"b","image":"3","command":null}]}""",
        """{"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"}]}"""
    )]
    // A new item stands where the patch puts it.
    [InlineData(
        """{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c","image":"4"}]}""",
        """{"containers":[{"name":"c","image":"4"},{"name":"b","image":"2","command":["x"]},{"name":"a","image":"1"}]}"""
    )]
    [InlineData(
        """{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}""",
        """{"containers":[{"name":"b","image":"2","command":["x"]},{"name":"a","image":"1"}]}"""
    )]
    // Directives.
    [InlineData("""{"containers":[{"name":"a","$patch":"delete"}]}""", """{"containers":[{"name":"b","image":"2","command":["x"]}]}""")]
    [InlineData("""{"containers":[{"$patch":"replace"},{"name":"z","image":"9"}]}""", """{"containers":[{"name":"z","image":"9"}]}""")]
    [InlineData(
        """{"containers":[{"name":"b","$retainKeys":["name","command"]}]}""",
        """{"containers":[{"name":"a","image":"1"},{"name":"b","command":["x"]}]}"""
    )]
    [InlineData("""{"$patch":"replace","containers":[{"name":"z"}]}""", """{"containers":[{"name":"z"}]}""")]
    [InlineData("""{"containers":null}""", """{}""")]
    // Lists without a key are replaced.
    [InlineData(
        """{"containers":[{"name":"b","command":["y","z"]}]}""",
        """{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2","command":["y","z"]}]}"""
    )]
    public void A_strategic_merge_patch_heeds_keys_and_directives(string patch, string expected)
    {
        var target = JsonNode
            .Parse("""{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2","command":["x"]}]}}""")!
            .AsObject();

        var result = StrategicMergePatch.Apply(target, new JsonObject { ["spec"] = JsonNode.Parse(patch) }, MergeSchema.For("", "Pod"));

        Assert.Equal(expected, result["spec"]!.ToJsonString());
    }

    [Fact]
    public void A_strategic_merge_patch_adds_to_and_takes_from_a_list_of_scalars()
    {
        var target = JsonNode.Parse("""{"metadata":{"finalizers":["a","b"]}}""")!.AsObject();
        var patch = JsonNode
            .Parse(
                """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$setElementOrder/finalizers":["c","b"],"finalizers":["c"]}}"""
            )!
            .AsObject();

        var result = StrategicMergePatch.Apply(target, patch, MergeSchema.For("", "ConfigMap"));

        Assert.Equal("""{"metadata":{"finalizers":["c","b"]}}""", result.ToJsonString());
    }

    [Theory]
    [InlineData("""{"spec":{"$patch":"explode"}}""", 422)]
    [InlineData("""{"spec":{"$retainKeys":"name"}}""", 400)]
    [InlineData("""{"spec":{"$setElementOrder/containers":"name"}}""", 400)]
    [InlineData("""{"metadata":{"$deleteFromPrimitiveList/finalizers":"a"}}""", 400)]
    [InlineData("""{"spec":{"containers":[{"image":"1"}]}}""", 500)]
    public void A_strategic_merge_patch_of_the_wrong_form_is_refused(string patch, int code)
    {
        var target = JsonNode.Parse("""{"metadata":{},"spec":{"containers":[{"name":"a"}]}}""")!.AsObject();

        Assert.Equal(
            code,
            Assert
                .Throws<PatchException>(() =>
                    StrategicMergePatch.Apply(target, JsonNode.Parse(patch)!.AsObject(), MergeSchema.For("", "Pod")))
                .Code);
    }
}
