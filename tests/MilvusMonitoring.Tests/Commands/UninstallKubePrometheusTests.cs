using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using ModuleClient = MilvusMonitoring.Kubernetes.ClusterClient;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of <c>Uninstall-KubePrometheus</c> on an embedded cluster, and those that need one.</summary>
public sealed class UninstallKubePrometheusTests : UninstallStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task What_controllers_have_made_of_a_stack_goes_too()
    {
        await using var stage = await Stage.StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync("-Wait -Timeout 60");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("v1", "Service", "kube-system", "kubelet") is not null,
            TestContext.Current.CancellationToken);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(before, await NamesAsync(stage));
        Assert.Empty(stage.Cluster.List("v1", "Pod"));
    }

    [Fact]
    public async Task What_others_put_into_the_namespace_after_the_question_keeps_it_too()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var sink = new RecordingSink();
        using var connection = ClusterConnection.Open(new ClusterTarget(stage.Kubeconfig, null), sink);
        var client = new ModuleClient(connection);
        var removal = new UninstallOperation(client, sink, new ReleaseStore(), force: false, throttleLimit: 8);
        var plan = (await removal.PlanAsync(null, null, TestContext.Current.CancellationToken))!;
        Assert.DoesNotContain("stays", plan.Summary, StringComparison.Ordinal);
        stage.Cluster.Put(Theirs("v1", "ConfigMap"));

        await removal.ExecuteAsync(plan, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.NotNull(stage.Cluster.Find("v1", "ConfigMap", "monitoring", "theirs"));
        Assert.Equal("Namespace/monitoring", Assert.Single(Assert.Single(await stage.GetAsync()).Resources).ToString());
    }

    [Theory]
    [InlineData("v1.36.2", "networking.k8s.io/v1", "Ingress")]
    [InlineData("v1.36.2", "batch/v1", "CronJob")]
    [InlineData("v1.36.2", "autoscaling/v2", "HorizontalPodAutoscaler")]
    [InlineData("v1.36.2", "policy/v1", "PodDisruptionBudget")]
    [InlineData("v1.36.2", "rbac.authorization.k8s.io/v1", "RoleBinding")]
    [InlineData("v1.36.2", "v1", "Endpoints")]
    [InlineData("v1.36.2", "v1", "Pod")]
    [InlineData("v1.20.2", "networking.k8s.io/v1", "Ingress")]
    [InlineData("v1.20.2", "batch/v1beta1", "CronJob")]
    [InlineData("v1.20.2", "policy/v1beta1", "PodDisruptionBudget")]
    public async Task One_object_of_others_of_any_kind_keeps_the_namespace_and_is_counted_once(string kubernetes, string api, string kind)
    {
        await using var stage = await Stage.StartAsync(new() { KubernetesVersion = kubernetes });
        await stage.InstalledAsync("-ExcludeComponent alertmanager, prometheus-adapter");
        stage.Cluster.Put(Theirs(api, kind), "kubectl-create");

        var warning = Assert.Single((await stage.UninstallAsync()).EnsureNoError().Warnings);

        Assert.Contains($"1 object of others (1 of kubectl-create: {kind}/monitoring/theirs)", warning, StringComparison.Ordinal);
        Assert.NotNull(stage.Cluster.Find(api, kind, "monitoring", "theirs"));
    }

    [Fact]
    public async Task The_volumes_of_Prometheus_keep_the_namespace_and_are_named_as_its_data()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var claim = Theirs("v1", "PersistentVolumeClaim");
        claim["metadata"]!["labels"] = new JsonObject
        {
            ["app.kubernetes.io/managed-by"] = "prometheus-operator",
            ["operator.prometheus.io/name"] = "k8s",
        };
        stage.Cluster.Put(claim, "kube-controller-manager");

        Assert.Contains(
            "1 volume with the data of Prometheus or Alertmanager (PersistentVolumeClaim/monitoring/theirs)",
            Assert.Single((await stage.UninstallAsync()).EnsureNoError().Warnings),
            StringComparison.Ordinal);
        Assert.NotNull(stage.Cluster.Find("v1", "PersistentVolumeClaim", "monitoring", "theirs"));
    }

    [Theory]
    [InlineData("coordination.k8s.io/v1", "Lease", "monitoring", "program")]
    [InlineData("events.k8s.io/v1", "Event", "monitoring", "kubelet")]
    [InlineData("v1", "Endpoints", "monitoring", "kube-controller-manager")]
    [InlineData("v1", "ConfigMap", "default", "kubectl-create")]
    public async Task What_programs_make_and_what_is_elsewhere_keeps_nothing(string api, string kind, string ns, string manager)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var made = Theirs(api, kind);
        made["metadata"]!["namespace"] = ns;
        stage.Cluster.Put(made, manager);

        Assert.Empty((await stage.UninstallAsync()).EnsureNoError().Warnings);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task A_kind_that_may_not_be_listed_keeps_the_namespace_and_is_named()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add(
            "GET",
            "*/monitoring/limitranges?*",
            Fault.Answer(HttpStatusCode.Forbidden, "Forbidden", "limitranges is forbidden"),
            times: null);

        Assert.Contains(
            "still contains what could not be looked at (limitranges)",
            Assert.Single((await stage.UninstallAsync()).EnsureNoError().Warnings),
            StringComparison.Ordinal);
        stage.Cluster.Faults.Clear();
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task API_services_and_custom_resources_go_first_then_the_rest_then_CRDs_and_the_operators_leftovers_then_the_namespace()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        stage.Cluster.Requests.Clear();
        (await stage.UninstallAsync()).EnsureNoError();
        var stages = stage
            .Cluster.Requests.Writes.Where(request => request.Method == "DELETE")
            .Select(request =>
                request.Path switch
                {
                    var path
                        when path.Contains("/apiservices/", StringComparison.Ordinal)
                            || path.Contains("/monitoring.coreos.com/", StringComparison.Ordinal) => 0,
                    var path
                        when path.Contains("/customresourcedefinitions/", StringComparison.Ordinal)
                            || path.Contains("/kubelet", StringComparison.Ordinal) => 2,
                    "/api/v1/namespaces/monitoring" => 3,
                    _ => 1,
                })
            .ToList();
        Assert.Equal([0, 1, 2, 3], stages.Distinct());
        Assert.Equal(stages.Order(), stages);
    }

    [Fact]
    public async Task Definitions_go_while_the_pods_are_ending_and_the_namespace_when_they_have_ended_and_that_is_said()
    {
        await using var stage = await Stage.StartAsync(new() { PodStopDelay = TimeSpan.FromHours(1) });
        await stage.InstalledAsync("-Wait -Timeout 60");
        var uninstalling = stage.UninstallAsync("-Verbose");

        await stage.Cluster.WaitForAsync(
            cluster => cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition").Count == 0
                && cluster.List("v1", "Pod", "monitoring").All(pod => pod["metadata"]!["deletionTimestamp"] is not null),
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(stage.Cluster.List("v1", "Pod", "monitoring"));
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring")!["metadata"]!["deletionTimestamp"]);
        foreach (var pod in stage.Cluster.List("v1", "Pod", "monitoring"))
        {
            stage.Cluster.Remove("v1", "Pod", "monitoring", (string)pod["metadata"]!["name"]!, atOnce: true);
        }

        var result = (await uninstalling).EnsureNoError();
        Assert.Contains(result.Verbose, line =>
            line.StartsWith("Waiting for the operator's pod prometheus-operator-", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, line =>
            line.StartsWith("Waiting for ", StringComparison.Ordinal) && line.Contains(" pods to end: ", StringComparison.Ordinal));
        string[] phases = ["plan", "custom resources", "others", "CRDs", "operator", "pods", "namespace"];
        Assert.All(phases, phase => Assert.Contains(result.Verbose, line => line.StartsWith($"Phase {phase}: ", StringComparison.Ordinal)));
    }

    private static JsonObject Theirs(string apiVersion, string kind)
    {
        var value = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = "theirs",
                ["namespace"] = "monitoring",
                ["labels"] = new JsonObject { ["example.com/theirs"] = "true" },
            },
        };
        const string Pod = """{"containers":[{"name":"a","image":"a"}],"restartPolicy":"Never"}""";
        var spec = kind switch
        {
            "CronJob" => $$$"""{"schedule":"0 0 * * *","jobTemplate":{"spec":{"template":{"spec":{{{Pod}}} } } } }""",
            "HorizontalPodAutoscaler" => """{"maxReplicas":1,"scaleTargetRef":{"kind":"Deployment","name":"a","apiVersion":"apps/v1"}}""",
            "PersistentVolumeClaim" => """{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}""",
            "Ingress" => """{"defaultBackend":{"service":{"name":"a","port":{"number":80}}}}""",
            "Pod" => Pod,
            "PodDisruptionBudget" or "Lease" => "{}",
            _ => null,
        };
        if (spec is not null)
        {
            value["spec"] = JsonNode.Parse(spec);
        }

        if (kind == "RoleBinding")
        {
            value["roleRef"] = JsonNode.Parse("""{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}""");
        }

        return value;
    }
}
