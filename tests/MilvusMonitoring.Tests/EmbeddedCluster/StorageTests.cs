using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

public sealed class StorageTests : ClusterTest
{
    [Fact]
    public async Task A_replace_with_an_old_resource_version_is_a_conflict()
    {
        var created = await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);
        await Client.ApplyAsync(Sample.ConfigMaps + "/c?force=true", Sample.ConfigMap("c", "2"), Token);

        var answer = await Client.SendAsync("PUT", Sample.ConfigMaps + "/c", created.Body, "application/json", Token);

        Assert.Equal((409, "Conflict"), (answer.Status, answer.Body["reason"]!.ToString()));
        Assert.Contains(
            "the object has been modified; please apply your changes to the latest version",
            answer.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Creating_what_is_there_says_that_it_already_exists()
    {
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);

        var answer = await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);

        Assert.Equal((409, "AlreadyExists"), (answer.Status, answer.Body["reason"]!.ToString()));
    }

    [Fact]
    public async Task A_role_that_aggregates_nothing_is_invalid()
    {
        var answer = await Client.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            Sample.Parse("""{"metadata":{"name":"none"},"aggregationRule":{"clusterRoleSelectors":[]}}"""),
            Token);

        Assert.Equal(
            (
                422,
                "ClusterRole.rbac.authorization.k8s.io \"none\" is invalid: aggregationRule.clusterRoleSelectors: Required value: at "
                    + "least one clusterRoleSelector required if aggregationRule is non-nil"
            ),
            (answer.Status, answer.Body["message"]!.ToString()));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_resource_version()
    {
        var created = await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);

        var patched = await Client.SendAsync(
            "PATCH",
            Sample.ConfigMaps + "/c",
            Sample.Parse("""{"data":{"k":"1"}}"""),
            "application/merge-patch+json",
            Token);

        Assert.Equal(created.Body["metadata"]!.ToJsonString(), patched.Body["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task Applying_the_same_again_is_no_write_even_where_the_server_rewrites_fields()
    {
        const string Path = "/api/v1/namespaces/default/secrets/s";
        var secret = Sample.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"k":"v"}}""");
        var first = await Client.ApplyAsync(Path, secret, Token);

        // Times in managedFields are in seconds: only the next one could tell.
        await Task.Delay(TimeSpan.FromSeconds(1.1), Token);
        var second = await Client.ApplyAsync(Path, secret, Token);

        Assert.Equal(first.Text, second.Text);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        var answer = await Client.PostAsync(Sample.ConfigMaps + "?dryRun=All", Sample.ConfigMap("c"), Token);

        Assert.Equal(201, answer.Status);
        Assert.Null(Cluster.Find("v1", "ConfigMap", "default", "c"));
        Assert.Empty(Cluster.Requests.Writes);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PATCH")]
    public async Task Metadata_alone_can_be_asked_for_in_reads_and_writes(string method)
    {
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);
        const string Accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

        var body = method == "GET" ? null : Sample.ConfigMap("c", "2");
        var answer = await Client.SendAsync(
            method,
            Sample.ConfigMaps + "/c?fieldManager=test&force=true",
            body,
            "application/apply-patch+yaml",
            Token,
            Accept);

        Assert.Equal((200, "PartialObjectMetadata"), (answer.Status, answer.Body["kind"]!.ToString()));
        Assert.False(answer.Body.ContainsKey("data"));
    }

    [Fact]
    public async Task Lists_are_filtered_by_labels_and_fields()
    {
        foreach (var (name, label) in new[] { ("a", "one"), ("b", "two"), ("c", "two") })
        {
            var value = Sample.ConfigMap(name);
            value["metadata"]!["labels"] = new JsonObject { ["which"] = label };
            await Client.PostAsync(Sample.ConfigMaps, value, Token);
        }

        async Task<string> Names(string query) =>
            string.Join(
                ' ',
                ((JsonArray)(await Client.GetAsync(Sample.ConfigMaps + query, Token)).Body["items"]!).Select(each =>
                    each!["metadata"]!["name"]));
        Assert.Equal("b c", await Names("?labelSelector=which%3Dtwo"));
        Assert.Equal("a", await Names("?labelSelector=which%20in%20(one),which"));
        Assert.Equal("b", await Names("?labelSelector=which%3Dtwo&fieldSelector=metadata.name%3Db"));
        Assert.Equal("a kube-root-ca.crt", await Names("?labelSelector=which!%3Dtwo"));
    }

    [Fact]
    public async Task Pages_show_one_state_though_the_list_changes_between_them()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap(name), Token);
        }

        var first = await Client.GetAsync(Sample.ConfigMaps + "?limit=1", Token);
        await Client.DeleteAsync(Sample.ConfigMaps + "/b", Token);
        var second = await Client.GetAsync($"{Sample.ConfigMaps}?limit=1&continue={first.Body["metadata"]!["continue"]}", Token);
        Cluster.ForgetHistory();
        var third = await Client.GetAsync($"{Sample.ConfigMaps}?limit=1&continue={second.Body["metadata"]!["continue"]}", Token);

        Assert.Equal("b", second.Body["items"]![0]!["metadata"]!["name"]!.ToString());
        Assert.Equal((410, "Expired"), (third.Status, third.Body["reason"]!.ToString()));
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_version_ends_with_expired()
    {
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);
        Cluster.ForgetHistory();

        var answer = await Client.GetAsync(Sample.ConfigMaps + "?watch=true&resourceVersion=1&timeoutSeconds=5", Token);

        var status = JsonNode.Parse(answer.Text)!;
        Assert.Equal(
            ("ERROR", "410", "Expired"),
            (status["type"]!.ToString(), status["object"]!["code"]!.ToString(), status["object"]!["reason"]!.ToString()));
    }

    [Fact]
    public async Task A_watch_by_label_sees_objects_leave_the_selection()
    {
        var value = Sample.ConfigMap("c");
        value["metadata"]!["labels"] = new JsonObject { ["in"] = "yes" };
        var created = await Client.PostAsync(Sample.ConfigMaps, value, Token);
        await Client.SendAsync(
            "PATCH",
            Sample.ConfigMaps + "/c",
            Sample.Parse("""{"metadata":{"labels":{"in":"no"}}}"""),
            "application/merge-patch+json",
            Token);

        var answer = await Client.GetAsync(
            $"{Sample.ConfigMaps}?watch=true&labelSelector=in%3Dyes&resourceVersion={created.Body["metadata"]!["resourceVersion"]}&timeoutSeconds=1",
            Token);

        Assert.Equal("DELETED", JsonNode.Parse(answer.Text)!["type"]!.ToString());
    }

    [Fact]
    public async Task A_watch_that_asks_for_initial_events_is_told_where_they_end()
    {
        var answer = await Client.GetAsync(
            "/api/v1/namespaces?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1",
            Token);

        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => JsonNode.Parse(each)!).ToList();
        Assert.Equal("ADDED ADDED ADDED ADDED BOOKMARK", string.Join(' ', lines.Take(5).Select(each => each["type"])));
        Assert.Equal("true", lines[4]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString());
    }

    [Theory]
    [InlineData("uid", "Precondition failed: UID in precondition: x, UID in object meta: ")]
    [InlineData("resourceVersion", "Precondition failed: ResourceVersion in precondition: x, ResourceVersion in object meta: ")]
    public async Task A_delete_holds_to_its_preconditions(string key, string message)
    {
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);

        var answer = await Client.DeleteAsync(
            Sample.ConfigMaps + "/c",
            Token,
            new JsonObject { ["preconditions"] = new JsonObject { [key] = "x" } });

        Assert.Equal(409, answer.Status);
        Assert.Contains(message, answer.Body["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_does_not_do_it_refuses_with_501()
    {
        var answer = await Client.GetAsync("/openapi/v2", Token);

        Assert.Equal((501, "NotImplemented"), (answer.Status, answer.Body["reason"]!.ToString()));
    }

    [Fact]
    public async Task Objects_put_behind_the_back_of_clients_belong_to_another_manager()
    {
        Cluster.Put(
            Sample.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"},"data":{"k":"theirs"}}"""),
            "someone");

        var answer = await Client.ApplyAsync(Sample.ConfigMaps + "/c", Sample.ConfigMap("c"), Token);

        Assert.Equal("Apply failed with 1 conflict: conflict with \"someone\" using v1: .data.k", answer.Body["message"]!.ToString());
    }

    [Fact]
    public async Task Storage_outlives_a_restart_on_the_same_port()
    {
        var server = Cluster.Server;
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);

        await Cluster.StopAsync(Token);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetAsync("/readyz", Token));
        await Cluster.RestartAsync(Token);

        Assert.Equal(server, Cluster.Server);
        Assert.Equal(200, (await Client.GetAsync(Sample.ConfigMaps + "/c", Token)).Status);
    }
}
