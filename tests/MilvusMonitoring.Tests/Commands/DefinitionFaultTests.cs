using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Definitions that are slow, refused, or of others; API services that are broken.</summary>
public sealed class DefinitionFaultTests
{
    private const string ApiExtensions = "apiextensions.k8s.io/v1";

    [Fact]
    public async Task Conditions_that_stay_null_for_seconds_are_watched_not_polled()
    {
        await using var stage = await Stage.StartAsync(new() { DefinitionDelay = TimeSpan.FromSeconds(2) });
        await stage.InstalledAsync();
        var looks = stage
            .Cluster.Requests.All.Where(request =>
                request.Method == "GET" && request.Path.Contains("/customresourcedefinitions", StringComparison.Ordinal))
            .ToList();
        Assert.InRange(looks.Count, 5, 2 * 5);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task A_definition_of_others_that_never_establishes_does_not_matter()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("CustomResourceDefinition", name: "gadgets.example.com");
        stage.Cluster.Put(Definition("gadgets", "Gadget", "example.com"));
        await stage.InstalledAsync("-Wait -Timeout 60");
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.NotNull(stage.Cluster.Find(ApiExtensions, "CustomResourceDefinition", null, "gadgets.example.com"));
    }

    [Fact]
    public async Task One_of_ours_whose_names_are_taken_is_named_and_its_custom_resources_and_the_operator_wait()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Put(Definition("prometheis", "Prometheus", "monitoring.coreos.com"));
        await stage.Cluster.WaitForAsync(
            cluster => IsEstablished(cluster, "prometheis.monitoring.coreos.com"),
            TestContext.Current.CancellationToken);

        var result = await stage.InstallAsync();

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.DefinitionNotEstablished, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("CustomResourceDefinition/prometheuses.monitoring.coreos.com", error.TargetObject);
        Assert.Contains("already in use", error.ToString(), StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, 2, stack.Resources.Count - 3), (stack.Failed, stack.Skipped, stack.Created));
        var skipped = stack.Resources.Where(resource => resource.Action == ResourceAction.Skipped).ToList();
        Assert.Equal(
            ["Deployment/monitoring/prometheus-operator", "Prometheus/monitoring/k8s"],
            skipped.Select(resource => resource.ToString()).Order(StringComparer.Ordinal));
        Assert.All(skipped, resource => Assert.Contains("prometheuses.monitoring.coreos.com", resource.Message, StringComparison.Ordinal));

        stage.Cluster.Remove(ApiExtensions, "CustomResourceDefinition", null, "prometheis.monitoring.coreos.com");
        Assert.Equal(2, (await stage.InstalledAsync()).Created);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task A_kind_that_discovery_never_shows_is_said_and_the_operator_does_not_go_out()
    {
        await using var stage = await Stage.StartAsync(new() { DiscoveryDelay = Timeout.InfiniteTimeSpan });

        var error = Assert.Single((await stage.InstallAsync("-Timeout 1")).Errors);

        Assert.StartsWith(ErrorId.DefinitionNotEstablished, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("discovery does not serve alertmanagers, podmonitors", error.ToString(), StringComparison.Ordinal);
        Assert.Null(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator"));
        Assert.NotNull(stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));
    }

    [Fact]
    public async Task One_of_ours_that_never_establishes_is_named_when_the_time_is_over()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Remove(ApiExtensions, "CustomResourceDefinition", null, "podmonitors.monitoring.coreos.com");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find(ApiExtensions, "CustomResourceDefinition", null, "podmonitors.monitoring.coreos.com") is null,
            TestContext.Current.CancellationToken);
        stage.Cluster.Readiness.Never("CustomResourceDefinition", name: "podmonitors.monitoring.coreos.com");

        var error = Assert.Single((await stage.InstallAsync("-Timeout 1")).Errors);

        Assert.StartsWith(ErrorId.DefinitionNotEstablished, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("CustomResourceDefinition/podmonitors.monitoring.coreos.com", error.TargetObject);
    }

    [Fact]
    public async Task One_that_is_being_deleted_is_waited_for_and_comes_back_with_its_custom_resources()
    {
        await using var stage = await Stage.StartAsync(new() { DefinitionCleanupDelay = TimeSpan.FromSeconds(1) });
        await stage.InstalledAsync();
        stage.Cluster.Remove(ApiExtensions, "CustomResourceDefinition", null, "servicemonitors.monitoring.coreos.com");

        var again = await stage.InstalledAsync();

        Assert.All(again.Resources.Where(resource => resource.Kind == "ServiceMonitor"), resource =>
            Assert.Equal(ResourceAction.Created, resource.Action));
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Theory]
    [InlineData("v1.36.2", "")]
    [InlineData("v1.20.2", "-ExcludeComponent alertmanager, prometheus-adapter")]
    public async Task A_broken_API_service_of_others_is_in_nobodys_way(string kubernetes, string parameters)
    {
        await using var stage = await Stage.StartAsync(new() { KubernetesVersion = kubernetes });
        stage.Cluster.Readiness.Never("APIService", name: "v1beta1.custom.metrics.k8s.io");
        stage.Cluster.Put(
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.custom.metrics.k8s.io"},
                     "spec":{"group":"custom.metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"insecureSkipTLSVerify":true,
                             "service":{"name":"gone","namespace":"default"}}}
                    """
                )!
                .AsObject());

        await stage.InstalledAsync($"-Wait -Timeout 60 {parameters}");
        Assert.True(Assert.Single(await stage.GetAsync()).Ready);

        // Kubernetes lets no namespace go while it cannot ask what is left in it.
        var uninstalling = stage.UninstallAsync();
        await stage.Cluster.WaitForAsync(IsHeld, TestContext.Current.CancellationToken);
        stage.Cluster.Remove("apiregistration.k8s.io/v1", "APIService", null, "v1beta1.custom.metrics.k8s.io");
        (await uninstalling).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));

        static bool IsHeld(Cluster cluster) =>
            cluster.Find("v1", "Namespace", null, "monitoring")!["status"]!["conditions"] is JsonArray conditions
            && conditions.Any(condition => (string?)condition!["reason"] == "DiscoveryFailed");
    }

    [Fact]
    public async Task Our_own_broken_API_service_is_shown_and_can_be_installed_over_and_uninstalled()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("APIService", name: "v1beta1.metrics.k8s.io");
        await stage.InstalledAsync();
        await stage.SettledAsync();

        var error = Assert.Single((await stage.InstallAsync("-Wait -Timeout 1")).Errors);
        Assert.StartsWith(ErrorId.NotReady, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("APIService/v1beta1.metrics.k8s.io (MissingEndpoints", error.ToString(), StringComparison.Ordinal);
        var broken = Assert.Single(Assert.Single(await stage.GetAsync()).Resources, resource => resource.Ready is false);
        Assert.Equal("APIService/v1beta1.metrics.k8s.io", broken.ToString());
        (await stage.UninstallAsync()).EnsureNoError();
    }

    private static bool IsEstablished(Cluster cluster, string name) =>
        cluster.Find(ApiExtensions, "CustomResourceDefinition", null, name)!["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True");

    private static JsonObject Definition(string plural, string kind, string group) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"{{{ApiExtensions}}}","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}"},
                 "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","singular":"{{{plural}}}1","kind":"{{{kind}}}","listKind":"{{{plural}}}List"},
                         "versions":[{"name":"v1alpha9","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } } ] } }
                """
            )!
            .AsObject();
}
