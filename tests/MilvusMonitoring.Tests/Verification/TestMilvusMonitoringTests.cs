using System.Diagnostics;
using System.Management.Automation;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>The command itself, where no Prometheus answers, or something else in its place.</summary>
public sealed class TestMilvusMonitoringTests
{
    private const string Test = "Test-MilvusMonitoring my-release -Kubeconfig $c ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_check_is_an_error_with_its_remedy_after_all_checks_were_written_and_ends_the_script_under_Stop()
    {
        await using var stage = await StartAsync();
        var result = await stage.RunAsync("$ErrorActionPreference = 'Stop'; Test-MilvusMonitoring my-release -Kubeconfig $c; 'never'");
        Assert.True(result.Terminated);
        Assert.Equal(MilvusMonitoring.Verification.CheckTable.Ids, result.OutputOf<MonitoringCheck>().Select(check => check.Check));
        var error = result.Errors[0];
        Assert.StartsWith("CheckFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(
            (ErrorCategory.InvalidResult, "ServiceMonitor/default/my-release-milvus"),
            (error.CategoryInfo.Category, error.TargetObject));
        Assert.StartsWith(
            "Enable-MilvusServiceMonitor my-release -Namespace default ",
            error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal);
        Assert.EndsWith(error.ErrorDetails.RecommendedAction, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_is_False_without_an_error()
    {
        await using var stage = await StartAsync();
        Assert.False(Assert.Single((await stage.RunAsync(Test + "-Quiet")).EnsureNoError().OutputOf<bool>()));
        Assert.False(
            Assert.Single(
                (await stage.RunAsync("Test-MilvusMonitoring -Quiet -Kubeconfig $c -Namespace kube-public"))
                    .EnsureNoError()
                    .OutputOf<bool>()));
    }

    [Theory]
    [InlineData("Get-MilvusInstance -Kubeconfig $c | Test-MilvusMonitoring")]
    [InlineData("Get-MilvusServiceMonitor -Kubeconfig $c | Test-MilvusMonitoring")]
    [InlineData("Get-KubePrometheus -Kubeconfig $c | Test-MilvusMonitoring")]
    [InlineData("'my-release' | Test-MilvusMonitoring -Kubeconfig $c")]
    [InlineData("Test-MilvusMonitoring -Kubeconfig $c")]
    public async Task Whatever_leads_to_a_Milvus_can_be_piped(string pipeline)
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        var checks = (await stage.RunAsync(pipeline)).OutputOf<MonitoringCheck>();
        Assert.Equal(MilvusMonitoring.Verification.CheckTable.Ids, checks.Select(check => check.Check));
        var monitor = checks.Single(check => check.Check == "Monitor");
        Assert.Equal(
            ("my-release", "default", CheckStatus.Passed, stage.Kubeconfig),
            (monitor.Instance, monitor.Namespace, monitor.Status, monitor.Kubeconfig));
    }

    [Fact]
    public async Task Every_Milvus_is_tested_with_the_cluster_s_links_once()
    {
        await using var stage = await StartAsync();
        new SampleMilvus { Name = "second", Namespace = "db" }.PutInto(stage.Cluster);
        var checks = (await stage.RunAsync("Test-MilvusMonitoring -Kubeconfig $c")).OutputOf<MonitoringCheck>();
        Assert.Single(checks, check => check.Check is "ApiServer");
        Assert.Equal(["second", "my-release"], checks.Where(check => check.Check == "Samples").Select(check => check.Instance));
    }

    [Fact]
    public async Task A_name_that_no_Milvus_has_fails_with_names_that_are_near()
    {
        await using var stage = await StartAsync();
        var checks = (await stage.RunAsync("Test-MilvusMonitoring my-relase -Kubeconfig $c")).OutputOf<MonitoringCheck>();
        var failed = Assert.Single(checks, check => check.Check == "Instance");
        Assert.Equal(CheckStatus.Failed, failed.Status);
        Assert.Contains("'my-release'", failed.Detail, StringComparison.Ordinal);
        Assert.All(checks.Where(check => check.Check is "Monitor" or "Samples"), check => Assert.Equal("Instance", check.CausedBy));
    }

    [Theory]
    [InlineData("Test-MilvusMonitoring my-relase", ErrorId.InstanceNotFound, "'my-release'")]
    [InlineData("Test-MilvusMonitoring -Namespace kube-public", ErrorId.InstanceNotFound, "kube-public")]
    [InlineData("Test-MilvusMonitoring my-release -PrometheusName nope", ErrorId.ObjectNotFound, "there are: Prometheus/monitoring/k8s")]
    [InlineData(
        "Test-MilvusMonitoring my-release -PrometheusNamespace default",
        ErrorId.ObjectNotFound,
        "there are: Prometheus/monitoring/k8s"
    )]
    public async Task What_is_misspelt_is_not_waited_for(string command, string id, string detail)
    {
        await using var stage = await StartAsync();
        var clock = Stopwatch.StartNew();
        var result = await stage.RunAsync(command + " -Kubeconfig $c -Wait -Timeout 5m");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var error = Assert.Single(result.Errors, error => error.FullyQualifiedErrorId.StartsWith(id, StringComparison.Ordinal));
        Assert.Contains(detail, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Install-KubePrometheus", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_that_select_the_monitor_the_stack_s_own_Prometheus_is_asked_and_the_other_named()
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        stage.Put(
            """{"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"second","namespace":"default"},"spec":{"replicas":1,"serviceMonitorSelector":{}}}"""
        );
        var selection = (await stage.RunAsync(Test)).OutputOf<MonitoringCheck>().Single(check => check.Check == "Selection");
        Assert.Equal((CheckStatus.Passed, "Prometheus/monitoring/k8s"), (selection.Status, selection.Target));
        Assert.EndsWith("and so does Prometheus/default/second, which is not checked", selection.Detail, StringComparison.Ordinal);
        var chosen = (await stage.RunAsync(Test + "-PrometheusNamespace default"))
            .OutputOf<MonitoringCheck>()
            .Single(check => check.Check == "Selection");
        Assert.Equal((CheckStatus.Passed, "Prometheus/default/second"), (chosen.Status, chosen.Target));
    }

    [Fact]
    public async Task An_API_server_that_is_down_fails_once_and_the_rest_follows_from_it()
    {
        await using var stage = await StartAsync();
        await stage.Cluster.StopAsync(Token);
        var result = await stage.RunAsync(Test);
        var checks = result.OutputOf<MonitoringCheck>();
        Assert.Equal(("ApiServer", CheckStatus.Failed), (checks[0].Check, checks[0].Status));
        Assert.DoesNotContain(';', checks[0].Detail);
        Assert.StartsWith("# Check that the address is right", checks[0].Remedy, StringComparison.Ordinal);
        result.OnlyError(ErrorId.ClusterUnreachable);
        var error = Assert.Single(result.Errors);
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
        Assert.Contains("; to fix it: Check that the address is right", error.Exception.Message, StringComparison.Ordinal);
        Assert.All(checks.Skip(1), check => Assert.Equal((CheckStatus.Skipped, "ApiServer"), (check.Status, check.CausedBy)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Wait -Timeout 60s")]
    public async Task Who_may_do_nothing_sees_no_failure_but_an_error_that_nothing_is_proven(string more)
    {
        await using var stage = await StartAsync(new ClusterOptions { Rbac = true });
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        stage.Cluster.Requests.Clear();
        var nobody = stage.WriteKubeconfig("nobody");
        var result = await stage.RunAsync(Test + more, nobody);
        Assert.Single(stage.Cluster.Requests.All, request => request.Path == "/version");
        var checks = result.OutputOf<MonitoringCheck>();
        Assert.DoesNotContain(checks, check => check.Status is CheckStatus.Failed or CheckStatus.Skipped);
        Assert.All(checks.Where(check => check.Check is not ("ApiServer" or "Definitions")), check =>
            Assert.Equal(CheckStatus.Unknown, check.Status));
        Assert.Contains(
            "user \"nobody\" cannot list secrets",
            checks.Single(check => check.Check == "Instance").Detail,
            StringComparison.Ordinal);
        result.OnlyError(ErrorId.PermissionDenied);
        var error = Assert.Single(result.Errors);
        Assert.Equal((ErrorCategory.PermissionDenied, "Milvus/*/my-release"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.StartsWith(
            "Nothing proves that Prometheus scrapes Milvus/*/my-release: ",
            error.Exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("user \"nobody\" cannot list", error.Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("# Ask for a ", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Assert.Single((await stage.RunAsync($"{Test} {more} -Quiet", nobody)).EnsureNoError().OutputOf<bool>()));
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task Who_may_not_ask_about_others_gets_the_access_evaluated_from_bindings_and_is_told_so()
    {
        await using var stage = await StartAsync(new ClusterOptions { Rbac = true });
        stage.Put(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"reads"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list"]}]}"""
        );
        stage.Put(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"reads"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reads"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}"""
        );
        stage.Cluster.Remove("rbac.authorization.k8s.io/v1", "RoleBinding", "default", "prometheus-k8s");
        var before = await AccessAsync();
        Assert.Equal(CheckStatus.Unknown, before.Status);
        Assert.Contains("evaluated from roles and bindings", before.Detail, StringComparison.Ordinal);
        Assert.StartsWith("Grant-PrometheusMilvusAccess ", before.Remedy, StringComparison.Ordinal);

        (await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        Assert.Equal(CheckStatus.Passed, (await AccessAsync()).Status);

        async Task<MonitoringCheck> AccessAsync() =>
            (await stage.RunAsync(Test, stage.WriteKubeconfig("reader")))
                .OutputOf<MonitoringCheck>()
                .Single(check => check.Check == "Access");
    }

    [Theory]
    [InlineData(200, "text/html", "<html>Please sign in</html>", CheckStatus.Failed, "is not Prometheus")]
    [InlineData(401, "text/html", "", CheckStatus.Unknown, "asks for credentials (401)")]
    [InlineData(502, "text/html", "<html>Bad Gateway</html>", CheckStatus.Failed, "answers 502")]
    [InlineData(200, "application/json", """{"status":"success","data":{"yaml":"scrape_con""", CheckStatus.Failed, "is not Prometheus")]
    [InlineData(422, "application/json", """{"status":"error","error":"no\nsuch thing"}""", CheckStatus.Failed, "answers: no such thing")]
    [InlineData(200, "application/json", "endless", CheckStatus.Failed, "more than 8 MiB")]
    [InlineData(200, "application/json", "cut", CheckStatus.Failed, "does not answer")]
    [InlineData(200, "application/json", """{"status":"success","data":[]}""", CheckStatus.Failed, "has not loaded")]
    public async Task What_answers_in_the_place_of_Prometheus_is_one_line_and_no_crash(
        int status,
        string type,
        string body,
        CheckStatus expected,
        string detail)
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        await using var server = await LoopbackServer.StartAsync(context => OddAnswers.WriteAsync(context, status, type, body), Token);
        var result = await stage.RunAsync(
            $"{Test} -PrometheusUri {server.Address} -GrafanaUri {server.Address}"
        );
        var checks = result.OutputOf<MonitoringCheck>();
        var configuration = checks.Single(check => check.Check == "Configuration");
        Assert.Equal(expected, configuration.Status);
        Assert.Contains(detail, configuration.Detail, StringComparison.Ordinal);
        Assert.Equal(status == 401 ? CheckStatus.Unknown : CheckStatus.Failed, checks.Single(check => check.Check == "Grafana").Status);
        Assert.DoesNotContain(checks, check => check.Detail.Contains('\n', StringComparison.Ordinal));
        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error =>
            Assert.StartsWith(status == 401 ? "NotProven," : "CheckFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_where_nobody_answers_fails()
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        var configuration = (await stage.RunAsync(Test + "-PrometheusUri http://127.0.0.1:1"))
            .OutputOf<MonitoringCheck>()
            .Single(check => check.Check == "Configuration");
        Assert.Equal(
            (CheckStatus.Failed, "http://127.0.0.1:1 does not answer: the connection was refused"),
            (configuration.Status, configuration.Detail));
        Assert.Equal(
            "# Check that Prometheus runs and can be reached from here, or give another address with -PrometheusUri.",
            configuration.Remedy);
        (await stage.RunAsync(Test + "-PrometheusUri localhost:9090")).OnlyError(ErrorId.ParameterInvalid);
    }

    [Fact]
    public async Task A_server_that_is_lost_on_the_way_is_not_asked_again_for_every_link()
    {
        const int Requests = 6;
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        var lost = stage.Cluster.Faults.Add("*", "*", Fault.BareStatus(System.Net.HttpStatusCode.Unauthorized), Requests, times: null);

        var result = await stage.RunAsync(Test);

        Assert.InRange(lost.Taken, 1, 2);
        Assert.Equal([ErrorId.NotProven], result.ErrorIds);
        Assert.Contains(
            "the API server does not accept the credentials",
            Assert.Single(result.Errors).ToString(),
            StringComparison.Ordinal);
        var checks = result.OutputOf<MonitoringCheck>();
        Assert.Equal(MilvusMonitoring.Verification.CheckTable.Ids, checks.Select(check => check.Check));
        var last = checks.Last(check => check.Status is CheckStatus.Passed).Check;
        var lostAt = checks.SkipWhile(check => check.Check != last).ElementAt(1).Check;
        Assert.All(checks.SkipWhile(check => check.Check != lostAt).Skip(1), check =>
            Assert.Equal(
                (CheckStatus.Unknown, lostAt, $"could not be checked, because {lostAt} is unknown"),
                (check.Status, check.CausedBy, check.Detail)));
    }

    [Fact]
    public async Task Wait_gives_up_in_time_with_the_last_checks()
    {
        await using var stage = await StartAsync();
        var clock = Stopwatch.StartNew();
        var result = await stage.RunAsync(Test + "-Wait -Timeout 8s");
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(7.9), TimeSpan.FromSeconds(60));
        Assert.Equal(CheckStatus.Failed, result.OutputOf<MonitoringCheck>().Single(check => check.Check == "Monitor").Status);
        Assert.Contains(result.Progress, record =>
            record.StatusDescription.StartsWith(
                "Waiting for Monitor of ServiceMonitor/default/my-release-milvus: is not in the cluster; ",
                StringComparison.Ordinal
            ) && record.StatusDescription.EndsWith("s left", StringComparison.Ordinal));
    }

    private static async Task<Stage> StartAsync(ClusterOptions? options = null)
    {
        var stage = await Stage.StartAsync(options);
        await stage.InstalledAsync("-Wait");
        new SampleMilvus().PutInto(stage.Cluster);
        await stage.Cluster.WaitForAsync(
            cluster =>
                cluster
                    .List("discovery.k8s.io/v1", "EndpointSlice", "default")
                    .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
                    .Any(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true),
            Token);
        return stage;
    }
}
