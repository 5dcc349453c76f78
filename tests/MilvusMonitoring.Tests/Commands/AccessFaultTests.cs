using System.Diagnostics;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Clusters that cannot be reached or trusted, and users who may not.</summary>
public sealed class AccessFaultTests
{
    [Fact]
    public async Task A_user_who_may_only_read_gets_one_error_with_the_missing_rule()
    {
        await using var stage = await Stage.StartAsync(new() { Rbac = true });
        Grant(stage.Cluster, "jane", """[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","watch"]}]""");

        var result = await stage.InstallAsync(kubeconfig: stage.WriteKubeconfig("jane", "developers"));

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.PermissionDenied, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Namespace/monitoring", error.TargetObject);
        Assert.Contains("user \"jane\" cannot", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("""resources: ["namespaces"]""", error.ToString(), StringComparison.Ordinal);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task A_user_who_may_do_nothing_gets_one_error()
    {
        await using var stage = await Stage.StartAsync(new() { Rbac = true });
        var kubeconfig = stage.WriteKubeconfig("jane", "developers");
        foreach (
            var command in (string[])
                ["Install-KubePrometheus -Path $path", "Get-KubePrometheus", "Uninstall-KubePrometheus -Confirm:$false"])
        {
            var result = await stage.Session.InvokeAsync(
                $"param($kubeconfig, $path) {command} -Kubeconfig $kubeconfig",
                new { kubeconfig, path = Stage.Manifests });
            Assert.Equal([ErrorId.PermissionDenied], result.ErrorIds);
            Assert.Contains(
                """resources: ["configmaps"], verbs: ["list"]""",
                Assert.Single(result.Errors).ToString(),
                StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }
    }

    [Fact]
    public async Task What_a_user_may_not_apply_is_an_error_of_that_object_and_the_rest_is_applied()
    {
        await using var stage = await Stage.StartAsync(new() { Rbac = true });
        Grant(stage.Cluster, "jane", """
            [{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","watch"]},
             {"apiGroups":["","apps","policy","networking.k8s.io","apiextensions.k8s.io","monitoring.coreos.com","rbac.authorization.k8s.io"],"resources":["*"],"verbs":["*"]}]
            """);

        var result = await stage.InstallAsync(kubeconfig: stage.WriteKubeconfig("jane", "developers"));

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.PermissionDenied, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("APIService/v1beta1.metrics.k8s.io", error.TargetObject);
        Assert.Contains(
            """apiGroups: ["apiregistration.k8s.io"], resources: ["apiservices"]""",
            error.ToString(),
            StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, stack.Resources.Count - 1), (stack.Failed, stack.Created));
        Assert.Equal(1, (await stage.InstalledAsync()).Created);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task Credentials_that_are_not_accepted_are_one_error()
    {
        await using var stage = await Stage.StartAsync();
        var result = await stage.InstallAsync(kubeconfig: stage.WriteFile("expired", stage.Cluster.CreateExpiredKubeconfig()));
        Assert.Equal([ErrorId.NotAuthenticated], result.ErrorIds);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Credentials_that_expire_in_the_middle_are_one_error_and_new_ones_go_on()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(
            "*",
            "*",
            Fault.Answer(System.Net.HttpStatusCode.Unauthorized, "Unauthorized", "Unauthorized"),
            skip: 60,
            times: null);

        var result = await stage.InstallAsync();

        Assert.Equal([ErrorId.NotAuthenticated], result.ErrorIds);
        Assert.Contains(
            "run the command again",
            Assert
                .Single(result.OutputOf<KubePrometheusStack>())
                .Resources.First(resource => resource.Action == ResourceAction.Skipped)
                .Message,
            StringComparison.Ordinal);
        stage.Cluster.Faults.Clear();
        await stage.InstalledAsync();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_reached_is_one_error_soon()
    {
        await using var stage = await Stage.StartAsync();
        await stage.Cluster.StopAsync(TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        var result = await stage.InstallAsync();
        Assert.Equal([ErrorId.ClusterUnreachable], result.ErrorIds);
        Assert.Contains("refused", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(ServerCertificate.Expired)]
    [InlineData(ServerCertificate.WrongHostName)]
    [InlineData(ServerCertificate.OtherAuthority)]
    public async Task A_server_that_is_not_trusted_gets_no_request_and_so_no_token(ServerCertificate certificate)
    {
        await using var stage = await Stage.StartAsync(new() { ServerCertificate = certificate });
        var admin = File.ReadAllText(stage.Kubeconfig);
        var token = stage.Cluster.CreateToken("admin", "system:masters");
        var kubeconfig = stage.WriteFile(
            "token",
            admin[..admin.IndexOf("    client-certificate-data:", StringComparison.Ordinal)] + $"    token: {token}\n");

        var result = await stage.InstallAsync(kubeconfig: kubeconfig);

        Assert.Equal([ErrorId.CertificateNotTrusted], result.ErrorIds);
        Assert.DoesNotContain(token, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal(0, stage.Cluster.Requests.Count);
    }

    [Fact]
    public async Task A_credential_plugin_that_prompts_finds_nobody_and_is_one_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        await using var stage = await Stage.StartAsync();
        var result = await stage.InstallAsync(
            kubeconfig: stage.WriteExecKubeconfig(
                "echo 'Password: ' >&2\nread answer || { echo 'nobody is there to sign in' >&2; exit 1; }\n"));
        Assert.Equal([ErrorId.CredentialPluginFailed], result.ErrorIds);
        Assert.Contains("nobody is there to sign in", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Equal(0, stage.Cluster.Requests.Count);
    }

    /// <summary>Gives a user rules in the whole cluster, and what they allow to be handed on.</summary>
    private static void Grant(Cluster cluster, string user, string rules)
    {
        var role = JsonNode
            .Parse(
                $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{user}}"},"rules":{{rules}}}"""
            )!
            .AsObject();
        if (rules.Contains("rbac.authorization.k8s.io", StringComparison.Ordinal))
        {
            role["rules"]!
                .AsArray()
                .Add(
                    JsonNode.Parse(
                        """{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","roles"],"verbs":["escalate","bind"]}"""
                    ));
        }

        cluster.Put(role);
        cluster.Put(
            JsonNode
                .Parse(
                    $$"""
                    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{user}}"},
                     "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{user}}"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{user}}"}]}
                    """
                )!
                .AsObject());
    }
}
