using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

public sealed class DefinitionTests : ClusterTest
{
    private const string Widgets = "/apis/example.com/v1/namespaces/default/widgets";

    [Fact]
    public async Task Names_that_are_taken_are_not_accepted()
    {
        await DefineAsync();
        await Client.PostAsync(Sample.Definitions, Sample.Definition("gadgets"), Token);

        await UntilAsync(cluster =>
            cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.example.com")!["status"]!["conditions"]
                is not null);

        var accepted = (
            (JsonArray)
                Cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.example.com")!["status"]!["conditions"]!
        ).First(each => each!["type"]!.ToString() == "NamesAccepted")!;
        Assert.Equal(("False", "KindConflict"), (accepted["status"]!.ToString(), accepted["reason"]!.ToString()));
        Assert.Equal(404, (await Client.GetAsync("/apis/example.com/v1/namespaces/default/gadgets", Token)).Status);
    }

    [Fact]
    public async Task One_that_never_establishes_keeps_its_conditions_null()
    {
        Cluster.Readiness.Never("CustomResourceDefinition", name: "gadgets.example.com");
        await Client.PostAsync(Sample.Definitions, Sample.Definition("gadgets", "Gadget"), Token);

        await DefineAsync();

        Assert.Null(
            Cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.example.com")!["status"]!["conditions"]);
    }

    [Theory]
    [InlineData("""{"size":"1"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("{}", "spec.size: Required value")]
    public async Task A_custom_resource_that_breaks_its_schema_is_invalid(string spec, string message)
    {
        await DefineAsync();
        var widget = Sample.Widget("w");
        widget["spec"] = JsonNode.Parse(spec);

        var answer = await Client.PostAsync(Widgets, widget, Token);

        Assert.Equal((422, $"Widget.example.com \"w\" is invalid: {message}"), (answer.Status, answer.Body["message"]!.ToString()));
    }

    [Fact]
    public async Task Unknown_fields_are_refused_when_asked_to_and_else_dropped()
    {
        await DefineAsync();
        var widget = Sample.Widget("w");
        widget["spec"]!["extra"] = true;

        var strict = await Client.PostAsync(Widgets + "?fieldValidation=Strict", widget, Token);
        var lenient = await Client.PostAsync(Widgets, widget, Token);

        Assert.Equal((400, 201), (strict.Status, lenient.Status));
        Assert.Contains(
            "strict decoding error: unknown field \"spec.extra\"",
            strict.Body["message"]!.ToString(),
            StringComparison.Ordinal);
        Assert.Equal("""{"size":1,"color":"red"}""", lenient.Body["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task Status_is_written_through_its_subresource_only()
    {
        await DefineAsync();
        var widget = Sample.Widget("w");
        widget["status"] = new JsonObject { ["size"] = 5 };
        var created = await Client.PostAsync(Widgets, widget, Token);

        var patched = await Client.SendAsync(
            "PATCH",
            Widgets + "/w/status",
            Sample.Parse("""{"status":{"size":7},"spec":{"size":9}}"""),
            "application/merge-patch+json",
            Token);

        Assert.Null(created.Body["status"]);
        Assert.Equal(
            ("7", "1", "1"),
            (
                patched.Body["status"]!["size"]!.ToString(),
                patched.Body["spec"]!["size"]!.ToString(),
                patched.Body["metadata"]!["generation"]!.ToString()));
    }

    [Fact]
    public async Task Every_served_version_shows_the_same_object()
    {
        await DefineAsync();
        await Client.PostAsync(Widgets, Sample.Widget("w"), Token);

        var answer = await Client.GetAsync("/apis/example.com/v1beta1/namespaces/default/widgets/w", Token);

        Assert.Equal(("example.com/v1beta1", "1"), (answer.Body["apiVersion"]!.ToString(), answer.Body["spec"]!["size"]!.ToString()));
    }

    [Fact]
    public async Task Tables_show_the_printer_columns()
    {
        await DefineAsync();
        await Client.PostAsync(Widgets, Sample.Widget("w", "4"), Token);

        var table = (await Client.GetAsync(Widgets, Token, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")).Body;

        Assert.Equal("Name Size", string.Join(' ', ((JsonArray)table["columnDefinitions"]!).Select(each => each!["name"])));
        Assert.Equal("""["w",4]""", table["rows"]![0]!["cells"]!.ToJsonString());
    }

    [Fact]
    public async Task A_deleted_definition_waits_for_its_last_custom_resource()
    {
        await DefineAsync();
        var widget = Sample.Widget("w");
        widget["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await Client.PostAsync(Widgets, widget, Token);

        await Client.DeleteAsync(Sample.Definitions + "/widgets.example.com", Token);
        await UntilAsync(cluster =>
            cluster.Find("example.com/v1", "Widget", "default", "w")!["metadata"]!["deletionTimestamp"] is not null);
        Assert.NotNull(Cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "widgets.example.com"));

        await Client.SendAsync(
            "PATCH",
            Widgets + "/w",
            Sample.Parse("""{"metadata":{"finalizers":null}}"""),
            "application/merge-patch+json",
            Token);
        await UntilAsync(cluster =>
            cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "widgets.example.com") is null);
    }
}
