using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary><c>Grant-PrometheusMilvusAccess</c> on stacks of other tools, and on roles that somebody has patched by hand.</summary>
public sealed class ForeignAccessTests
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    [Theory]
    [InlineData("""{"kind":"ServiceAccount","name":"kps-prometheus","namespace":"kps"}""")]
    [InlineData("""{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"system:serviceaccount:kps:kps-prometheus"}""")]
    [InlineData("""{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"system:serviceaccounts:kps"}""")]
    public async Task Complete_access_is_Unchanged_whatever_the_role_is_called(string subject)
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutOperatorAsync(stage);
        ForeignStack.PutAccess(stage, "some-role", subject);
        PutReader(stage);

        stage.ForgetWrites();
        foreach (var how in (string[])["", "-Method Binding", "-Method ClusterRole", "-Namespace default"])
        {
            foreach (var kubeconfig in (string[])[stage.Kubeconfig, stage.WriteKubeconfig("reader")])
            {
                var access = await GrantAsync(stage, how, kubeconfig);
                Assert.Equal((ResourceAction.Unchanged, "ClusterRole/some-role"), (access.Action, access.Role));
            }
        }

        Assert.DoesNotContain(stage.Cluster.Requests.Writes, write => !write.Path.Contains("reviews", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Endpoints", ResourceAction.Unchanged)]
    [InlineData("EndpointSlice", ResourceAction.Created)]
    public async Task How_a_Prometheus_discovers_tells_what_is_complete(string role, ResourceAction action)
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutOperatorAsync(stage);
        ForeignStack.PutAccess(stage, "some-role", """{"kind":"ServiceAccount","name":"kps-prometheus","namespace":"kps"}""");
        var rules = stage.Cluster.Find(Rbac, "ClusterRole", null, "some-role")!;
        rules["rules"]!.AsArray().RemoveAt(1);
        stage.Cluster.Put(rules);
        var prometheus = stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "kps", "kps-prometheus")!;
        prometheus["spec"]!["serviceDiscoveryRole"] = role;
        stage.Cluster.Put(prometheus, ForeignStack.Helm);

        Assert.Equal(action, (await GrantAsync(stage, "")).Action);
    }

    [Fact]
    public async Task A_foreign_stack_gets_a_binding_of_our_own_which_Revoke_finds()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutOperatorAsync(stage);

        var access = await GrantAsync(stage, "");
        Assert.Equal((ResourceAction.Created, AccessMethod.Binding), (access.Action, access.Method));
        Assert.Equal(ResourceAction.Unchanged, (await GrantAsync(stage, "")).Action);
        var revoked = (await stage.RunAsync("Revoke-PrometheusMilvusAccess -Kubeconfig $c")).EnsureNoError();
        Assert.Equal(ResourceAction.Deleted, Assert.Single(revoked.OutputOf<PrometheusAccess>()).Action);
    }

    [Fact]
    public async Task Of_several_Prometheus_resources_the_one_that_selects_the_monitor_gets_the_access()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutOperatorAsync(stage);
        ForeignStack.PutPrometheus(stage, "kps", "other", "other");
        await stage.PutAsync(new SampleMilvus());
        stage.Put("""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"my-release-milvus","namespace":"default","labels":{"release":"other","app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"} },
             "spec":{"endpoints":[{"port":"metrics"}],"selector":{"matchLabels":{"app.kubernetes.io/instance":"my-release"} } } }
            """);

        var ambiguous = (await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c")).OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains("Prometheus/kps/other", ambiguous, StringComparison.Ordinal);
        Assert.NotNull(stage.Monitor("my-release-milvus"));
        var result = await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c | Grant-PrometheusMilvusAccess");

        var access = Assert.Single(result.EnsureNoError().OutputOf<PrometheusAccess>());
        Assert.Equal(("other", "default"), (access.ServiceAccount, access.Scope));
    }

    [Fact]
    public async Task Rules_that_the_page_has_added_twice_are_kept_once_without_a_conflict()
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.DefineAsync(stage, "kubectl");
        ForeignStack.PutNamespace(stage, "monitoring");
        var role = Manifest();
        for (var time = 0; time < 2; time++)
        {
            role["rules"]!.AsArray().Add(
                JsonNode.Parse("""{"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","watch","list"]}"""));
        }

        stage.Cluster.Put(role, "kubectl-patch");

        await stage.InstalledAsync();
        Assert.Equal(1, Count());
        Assert.Equal(ResourceAction.Configured, (await GrantAsync(stage, "")).Action);
        Assert.Equal((1, 0), (Count(), (await stage.GetAsync()).Single().Drifted));

        // A new release has other rules of its own, and keeps those of the page.
        var changed = stage.CopyManifests("changed", folder =>
        {
            var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics/slis", "/metrics/other", StringComparison.Ordinal));
        });
        await stage.InstalledAsync(path: changed);
        Assert.Equal(1, Count());

        int Count() => stage.Cluster.Find(Rbac, "ClusterRole", null, "prometheus-k8s")!["rules"]!.AsArray()
            .Count(rule => $"{rule!["resources"]}".Contains("pods", StringComparison.Ordinal));

        static JsonObject Manifest() => JsonNode.Parse(ManifestReader
            .Read(
                [new ArchivedFile("role.yaml", File.ReadAllBytes(Path.Combine(Stage.Manifests, "prometheus-clusterRole.yaml")))],
                TestContext.Current.CancellationToken)
            .Single()
            .ReadJson()
            .Span)!.AsObject();
    }

    [Fact]
    public async Task Grant_removes_the_second_of_two_equal_rules()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var role = stage.Cluster.Find(Rbac, "ClusterRole", null, "prometheus-k8s")!;
        for (var time = 0; time < 2; time++)
        {
            role["rules"]!.AsArray().Add(
                JsonNode.Parse("""{"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","watch","list"]}"""));
        }

        var own = role["rules"]!.AsArray().Count - 2;
        stage.Cluster.Put(role, "kubectl-patch");

        Assert.Equal(ResourceAction.Configured, (await GrantAsync(stage, "")).Action);
        Assert.Equal(own + 2, stage.Cluster.Find(Rbac, "ClusterRole", null, "prometheus-k8s")!["rules"]!.AsArray().Count);
    }

    /// <summary>A user who may read everything, and may not ask the API server for reviews of others.</summary>
    private static void PutReader(Stage stage)
    {
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"reader"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","watch"]}]}
            """);
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"reader"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reader"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}
            """);
    }

    private static async Task<PrometheusAccess> GrantAsync(Stage stage, string how, string? kubeconfig = null) => Assert.Single(
        (await stage.RunAsync($"Grant-PrometheusMilvusAccess -Kubeconfig $c {how}", kubeconfig))
            .EnsureNoError()
            .OutputOf<PrometheusAccess>());
}
