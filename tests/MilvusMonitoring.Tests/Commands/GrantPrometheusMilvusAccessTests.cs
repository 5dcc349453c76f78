using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Access;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of access on an embedded cluster, and those that need one.</summary>
public sealed class GrantPrometheusMilvusAccessTests : AccessStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync(new ClusterOptions { Rbac = true });

    [Fact]
    public async Task A_writer_in_between_costs_one_more_look_and_nothing_of_what_it_wrote()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var slow = stage.Cluster.Faults.Add("PATCH", "clusterroles/prometheus-k8s", Fault.DelayBy(TimeSpan.FromSeconds(3)));
        var grant = RunAsync(stage, "Grant-PrometheusMilvusAccess");
        while (slow.Taken == 0 && !grant.IsCompleted)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var role = Role(stage);
        role["rules"]!.AsArray().Insert(0, JsonNode.Parse("""{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}"""));
        stage.Cluster.Put(role, "somebody");

        Assert.Equal(ResourceAction.Configured, Assert.Single((await grant).EnsureNoError().OutputOf<PrometheusAccess>()).Action);
        Assert.Equal(
            [422, 200],
            stage
                .Cluster.Requests.Writes.Where(request =>
                    request.Path.Contains("clusterroles/prometheus-k8s?fieldManager=milvus-monitoring", StringComparison.Ordinal)
                    && !request.Path.Contains("force", StringComparison.Ordinal))
                .Select(request => request.Status));
        Assert.Equal(
            1,
            Rules(stage).Count(rule => rule!["resources"] is JsonArray resources && resources.Any(resource => (string)resource! == "pods"))
        );
    }

    [Fact]
    public async Task An_answer_that_is_lost_on_its_way_adds_nothing_twice()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var before = Rules(stage).Count;
        var lost = stage.Cluster.Faults.Add("PATCH", "clusterroles/prometheus-k8s", Fault.ResetAfter);

        await GrantedAsync(stage);

        Assert.Equal((1, before + 2), (lost.Taken, Rules(stage).Count));
    }

    [Fact]
    public async Task A_patch_that_is_refused_for_itself_is_an_error_and_is_not_tried_again()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var fault = stage.Cluster.Faults.Add(
            "PATCH",
            "clusterroles/prometheus-k8s",
            Fault.Answer(HttpStatusCode.UnprocessableEntity, "Invalid", "no such rule"),
            times: null);

        Assert.Equal([ErrorId.ObjectInvalid], (await RunAsync(stage, "Grant-PrometheusMilvusAccess")).ErrorIds);
        Assert.Equal(1, fault.Taken);
    }

    [Fact]
    public async Task Stacks_of_two_clusters_each_lead_to_their_own()
    {
        await using var one = await Stage.StartAsync();
        await using var two = await Stage.StartAsync();
        await one.InstalledAsync();
        await two.InstalledAsync();

        var result = await one.Session.InvokeAsync(
            "param($one, $two) @(Get-KubePrometheus -Kubeconfig $one) + @(Get-KubePrometheus -Kubeconfig $two) | "
                + "Grant-PrometheusMilvusAccess",
            new { one = one.Kubeconfig, two = two.Kubeconfig });

        Assert.Equal(
            [one.Kubeconfig, two.Kubeconfig],
            result.EnsureNoError().OutputOf<PrometheusAccess>().Select(access => access.Kubeconfig!));
        Assert.True(JsonNode.DeepEquals(Rules(one), Rules(two)));
    }

    [Fact]
    public async Task Revoke_leaves_roles_and_bindings_that_only_have_its_label()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        (await RunAsync(stage, "Grant-PrometheusMilvusAccess -Method Binding")).EnsureNoError();
        foreach (var name in (string[])["payments", "milvus-monitoring-prometheus-payments.default"])
        {
            foreach (var kind in (string[])["ClusterRole", "ClusterRoleBinding"])
            {
                stage.Cluster.Put(
                    JsonNode.Parse($$"""
                        {"apiVersion":"{{Rbac}}","kind":"{{kind}}","metadata":{"name":"{{name}}","labels":{"milvus-monitoring/access":"prometheus"} } }
                        """)!.AsObject(),
                    "tenant");
            }
        }

        var revoked = (await RunAsync(stage, "Revoke-PrometheusMilvusAccess -Method Binding")).EnsureNoError();

        Assert.Equal(
            "ClusterRole/milvus-monitoring-prometheus-monitoring.prometheus-k8s",
            Assert.Single(revoked.OutputOf<PrometheusAccess>()).Role);
        Assert.NotNull(stage.Cluster.Find(Rbac, "ClusterRole", null, "payments"));
        Assert.NotNull(stage.Cluster.Find(Rbac, "ClusterRoleBinding", null, "milvus-monitoring-prometheus-payments.default"));
    }

    [Fact]
    public void Two_service_accounts_never_share_a_role() =>
        Assert.NotEqual(BindingAccess.CreateName("a-b", "c"), BindingAccess.CreateName("a", "b-c"));

    private static JsonObject Role(Stage stage) => stage.Cluster.Find(Rbac, "ClusterRole", null, "prometheus-k8s")!;

    private static JsonArray Rules(Stage stage) => Role(stage)["rules"]!.AsArray();
}
