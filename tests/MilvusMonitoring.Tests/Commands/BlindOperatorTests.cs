using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// An operator that starts before its kinds are served never sees them: none is sent so early, and one that is there is found and
/// restarted.
/// </summary>
public sealed class BlindOperatorTests
{
    private const string Group = "monitoring.coreos.com";
    private const string Operator = "Deployment/monitoring/prometheus-operator";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_operator_goes_out_when_discovery_shows_every_kind_and_what_reads_none_goes_before()
    {
        await using var stage = await Stage.StartAsync(
            new() { DefinitionDelay = TimeSpan.FromMilliseconds(300), DiscoveryDelay = TimeSpan.FromMilliseconds(700) });

        Assert.True((await stage.InstalledAsync(stage.Wait)).Ready);

        var requests = stage.Cluster.Requests.All.Select(request => $"{request.Method} {request.Path.Split('?')[0]}").ToList();
        var discovery = $"GET /apis/{Group}/v1";
        var sent = requests.IndexOf("PATCH /apis/apps/v1/namespaces/monitoring/deployments/prometheus-operator");
        Assert.InRange(sent, requests.LastIndexOf(discovery) + 1, int.MaxValue);
        Assert.InRange(
            requests.IndexOf("PATCH /apis/apps/v1/namespaces/monitoring/deployments/grafana"),
            0,
            requests.IndexOf(discovery) - 1);
        Assert.InRange(requests.Count(request => request == discovery), 2, 10);
        Assert.DoesNotContain(requests, request => request.Contains("restart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_another_tool_sent_before_its_kinds_is_restarted_once_and_becomes_ready()
    {
        await using var stage = await StartLateAsync();
        await PutInOldOrderAsync(stage.Cluster);

        var found = await PrometheusCheckAsync(stage);
        Assert.Equal((CheckStatus.Failed, $"# Restart {Operator}, so that it looks for its kinds again."), (found.Status, found.Remedy));
        Assert.Contains($"before prometheuses.{Group} was established", found.Detail, StringComparison.Ordinal);
        stage.ForgetWrites();
        var plan = (await stage.InstallAsync("-WhatIf")).EnsureNoError();
        Assert.Contains("its rollout is restarted", OperatorOf(plan).Message, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);

        var healed = (await stage.InstallAsync($"{stage.Wait} -ForceConflicts")).EnsureNoError();
        Assert.StartsWith(
            $"{Operator}: its rollout is restarted: its pod prometheus-operator-",
            Assert.Single(healed.Warnings),
            StringComparison.Ordinal);
        Assert.True(healed.OutputOf<KubePrometheusStack>().Single().Ready);
        Assert.NotNull(Restarted(stage.Cluster));
        Assert.Equal(CheckStatus.Passed, (await PrometheusCheckAsync(stage)).Status);

        stage.ForgetWrites();
        var again = await stage.InstalledAsync();
        Assert.Equal(again.Resources.Count, again.Unchanged);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task One_of_our_own_stack_is_restarted_by_the_remedy_that_the_test_names_and_no_drift_is_seen_in_that()
    {
        await using var stage = await StartLateAsync();
        await stage.InstalledAsync(stage.Wait);
        var objects = await ManifestsAsync();
        foreach (var (id, _) in objects.Where(item => item.Id.Kind == "CustomResourceDefinition"))
        {
            stage.Cluster.Remove("apiextensions.k8s.io/v1", id.Kind, null, id.Name);
        }

        await stage.Cluster.WaitForAsync(cluster => cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition").Count == 0, Token);
        var before = OperatorPod(stage.Cluster);
        stage.Cluster.Remove("v1", "Pod", "monitoring", before!);
        await stage.Cluster.WaitForAsync(cluster => OperatorPod(cluster) is { } pod && pod != before, Token);
        await PutCustomResourcesAsync(stage.Cluster, objects);

        var found = await PrometheusCheckAsync(stage);
        Assert.Equal(CheckStatus.Failed, found.Status);
        Assert.StartsWith("Install-KubePrometheus ", found.Remedy, StringComparison.Ordinal);
        Assert.StartsWith(
            $"{Operator}: its rollout is restarted",
            Assert.Single((await stage.Session.InvokeAsync(found.Remedy!)).EnsureNoError().Warnings),
            StringComparison.Ordinal);

        Assert.Equal(CheckStatus.Passed, (await PrometheusCheckAsync(stage)).Status);
        Assert.Null((await stage.GetAsync()).Single().Resources.Single(resource => resource.ToString() == Operator).Drift);
        var restarted = Restarted(stage.Cluster);
        Assert.NotNull(restarted);
        var changed = (await stage.Objects.FindAsync("apps/v1", "Deployment", "monitoring", "prometheus-operator"))!;
        changed["spec"]!["replicas"] = 2;
        await stage.Objects.PutAsync(changed, "somebody");
        await stage.InstalledAsync("-ForceConflicts");
        Assert.Equal(restarted, Restarted(stage.Cluster));
    }

    [Fact]
    public async Task One_that_runs_while_a_definition_comes_back_is_restarted_after_it()
    {
        await using var stage = await StartLateAsync();
        await stage.InstalledAsync(stage.Wait);
        stage.Cluster.Remove("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, $"prometheuses.{Group}");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, $"prometheuses.{Group}") is null,
            Token);
        var before = OperatorPod(stage.Cluster);
        stage.Cluster.Remove("v1", "Pod", "monitoring", before!);
        await stage.Cluster.WaitForAsync(cluster => OperatorPod(cluster) is { } pod && pod != before, Token);

        var healed = await stage.InstalledAsync(stage.Wait);

        Assert.True(healed.Ready);
        Assert.Contains(
            $"before CustomResourceDefinition/prometheuses.{Group} was created",
            healed.Resources.Single(resource => resource.ToString() == Operator).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_look_at_pods_installs_all_the_same()
    {
        await using var stage = await StartLateAsync();
        await PutInOldOrderAsync(stage.Cluster);
        stage.Cluster.Faults.Add(
            "GET",
            "/api/v1/namespaces/monitoring/pods",
            Fault.Answer(HttpStatusCode.Forbidden, "Forbidden", "pods is forbidden"),
            times: null);

        var result = (await stage.InstallAsync("-ForceConflicts")).EnsureNoError();

        Assert.Empty(result.Warnings);
        Assert.Null(Restarted(stage.Cluster));
    }

    /// <summary>
    /// Makes a cluster as an installation left it that sent the operator at once, on a node that had its image: nothing reconciles its
    /// resources.
    /// </summary>
    /// <summary>Starts a cluster that establishes a CRD more than a second late, since times of starts are in whole seconds.</summary>
    private static Task<Stage> StartLateAsync() => Stage.StartAsync(new() { DefinitionDelay = TimeSpan.FromMilliseconds(1100) });

    private static async Task PutInOldOrderAsync(Cluster cluster)
    {
        var objects = await ManifestsAsync();
        foreach (
            var (_, value) in objects
                .Where(item => item.Id.Group is not (Group or "apiextensions.k8s.io"))
                .OrderByDescending(item => item.Id.Kind == "Namespace"))
        {
            cluster.Put(value);
        }

        await cluster.WaitForAsync(there => OperatorPod(there) is not null, Token);
        await PutCustomResourcesAsync(cluster, objects);
    }

    private static async Task PutCustomResourcesAsync(Cluster cluster, IReadOnlyList<(ResourceId Id, JsonObject Value)> objects)
    {
        var definitions = objects.Where(item => item.Id.Kind == "CustomResourceDefinition").ToList();
        definitions.ForEach(definition => cluster.Put(definition.Value));
        await cluster.WaitForAsync(
            there =>
                definitions.TrueForAll(definition =>
                    there
                        .Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, definition.Id.Name)!["status"]
                        ?["conditions"]?.AsArray()
                        .Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True")
                        is true),
            Token);
        foreach (var (_, value) in objects.Where(item => item.Id.Group == Group))
        {
            await Stage.UntilAsync(() => Served(cluster, value));
        }

        // What the controllers do after this, they do after they have seen all of that.
        cluster.Put(
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"last","namespace":"default"},
                     "spec":{"selector":{"matchLabels":{"app":"last"}},"template":{"metadata":{"labels":{"app":"last"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
                    """
                )!
                .AsObject());
        await cluster.WaitForAsync(
            there => (int?)there.Find("apps/v1", "Deployment", "default", "last")!["status"]?["availableReplicas"] == 1,
            Token);
        Assert.Empty(cluster.List("apps/v1", "StatefulSet"));
        Assert.Null(cluster.Find($"{Group}/v1", "Prometheus", "monitoring", "k8s")!["status"]);
    }

    private static bool Served(Cluster cluster, JsonObject value)
    {
        try
        {
            cluster.Put(value);
            return true;
        }
        catch (ArgumentException)
        {
            // Established, and a moment later served.
            return false;
        }
    }

    private static async Task<IReadOnlyList<(ResourceId Id, JsonObject Value)>> ManifestsAsync() =>
        [
            .. ManifestReader
                .Read(await ManifestSource.ReadAsync(Stage.Manifests, Token), Token)
                .Select(manifest => (manifest.Id, JsonNode.Parse(manifest.ReadJson().Span)!.AsObject())),
        ];

    /// <summary>The name of the operator's pod that runs and counts; null where there is none.</summary>
    private static string? OperatorPod(Cluster cluster) =>
        (int?)cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")?["status"]?["availableReplicas"] == 1
            ? cluster.List("v1", "Pod", "monitoring")
                .Where(pod => (string?)pod["status"]?["phase"] == "Running" && pod["metadata"]!["deletionTimestamp"] is null)
                .Select(pod => (string)pod["metadata"]!["name"]!)
                .FirstOrDefault(name => name.StartsWith("prometheus-operator-", StringComparison.Ordinal))
            : null;

    private static string? Restarted(Cluster cluster) =>
        (string?)
            cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")!["spec"]!["template"]!["metadata"]!["annotations"]?[
                "kubectl.kubernetes.io/restartedAt"
            ];

    private static StackResource OperatorOf(PowerShellResult result) =>
        result.OutputOf<KubePrometheusStack>().Single().Resources.Single(resource => resource.ToString() == Operator);

    private static async Task<MonitoringCheck> PrometheusCheckAsync(Stage stage) =>
        (await stage.RunAsync("Test-MilvusMonitoring -Kubeconfig $c"))
            .OutputOf<MonitoringCheck>()
            .Single(check => check.Check == "Prometheus");
}
