using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary>
/// kube-prometheus-stack, and a Milvus beside it, as the real helm and Argo CD put them into any cluster: the first commands of the README
/// without the installation.
/// </summary>
public abstract class HelmStackStories : ClusterStories
{
    private const string Place = "milvus";

    /// <summary>The links that need no answer of Prometheus or Grafana, which this stack does not run.</summary>
    private static readonly string[] s_clusterLinks =
    [
        "ApiServer",
        "Definitions",
        "Operator",
        "Prometheus",
        "Instance",
        "Monitor",
        "Selection",
        "Service",
        "Endpoints",
        "NetworkPolicy",
        "Access",
    ];

    private static readonly SampleMilvus s_milvus = new() { Namespace = Place };

    [Theory]
    [InlineData("kps", "kps", "monitoring")]
    [InlineData("long-name", "a-company-observability-platform-stack-x1", "observability")]
    [InlineData("name-override", "mon", "ops")]
    public async Task A_release_of_Helm_is_scraped_by_the_stack_that_is_there(string kind, string release, string place)
    {
        await using var stage = await StartAsync(StartingPoint.Definitions);
        await using var helm = await InstallStackAsync(stage, kind, release, place);
        await helm.InstallAsync("my-release", Place, RealHelm.Chart, "--set", "cluster.enabled=false");
        await stage.PutWorkloadAsync(s_milvus);

        await AssertProvenAsync(stage, MilvusManager.Helm, release);
    }

    /// <summary>
    /// Argo CD applies what the chart renders, keeps no record of Helm, and tracks its objects by an annotation, or by a label of theirs
    /// that it writes over the chart's.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Milvus_of_Argo_CD_is_scraped_by_the_stack_that_is_there(bool isTrackedByLabel)
    {
        await using var stage = await StartAsync(StartingPoint.Definitions);
        await using var helm = await InstallStackAsync(stage, "kps", "kps", "monitoring");
        foreach (var value in await helm.RenderAsync("my-release", Place, RealHelm.Chart, "--set", "cluster.enabled=false"))
        {
            var metadata = value["metadata"]!;
            metadata["namespace"] = Place;
            metadata["annotations"] = new JsonObject
            {
                ["argocd.argoproj.io/tracking-id"] = $"vector-db:/{value["kind"]}:{Place}/{metadata["name"]}",
            };
            if (isTrackedByLabel)
            {
                metadata["annotations"] = new JsonObject();
                metadata["labels"]!["app.kubernetes.io/instance"] = "vector-db";
            }

            await stage.Objects.PutAsync(value, "argocd-controller");
        }

        await stage.PutWorkloadAsync(s_milvus);

        await AssertProvenAsync(stage, MilvusManager.ArgoCD, "kps");
    }

    private static async Task<HelmReleases> InstallStackAsync(ClusterStage stage, string kind, string release, string place)
    {
        var chart = ForeignStack.WriteChart(stage, kind);
        var helm = new HelmReleases(RealHelm.Find(), stage);
        foreach (var name in (string[])[place, Place])
        {
            await stage.PutAsync($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }""");
        }

        await helm.InstallAsync(release, place, chart);
        await stage.ReportReadyAsync(place);
        return helm;
    }

    private static async Task AssertProvenAsync(ClusterStage stage, MilvusManager manager, string release)
    {
        var stack = Assert.Single(await RunAsync<MonitoringStack>("Get-MonitoringStack -Kubeconfig $c"));
        Assert.Equal((MonitoringStackKind.KubePrometheusStack, release, "Helm"), (stack.Kind, stack.Name, stack.ManagedBy));
        var access = Assert.Single(
            await RunAsync<PrometheusAccess>("Get-MonitoringStack -Kubeconfig $c | Grant-PrometheusMilvusAccess -Confirm:$false"));
        Assert.Equal(ResourceAction.Unchanged, access.Action);
        var monitor = Assert.Single(
            await RunAsync<MilvusServiceMonitor>("Get-MilvusInstance -Kubeconfig $c | Enable-MilvusServiceMonitor"));
        Assert.Equal((ResourceAction.Created, release), (monitor.Action, monitor.Labels["release"]));
        var instance = Assert.Single(await RunAsync<MilvusInstance>("Get-MilvusInstance -Kubeconfig $c"));
        Assert.Equal(
            ("milvus/my-release", manager, true, monitor.Name),
            (instance.ToString(), instance.ManagedBy, instance.MonitorEnabled, instance.MonitorName));
        var checks = await RunAsync<MonitoringCheck>("Test-MilvusMonitoring -Kubeconfig $c");
        Assert.All(s_clusterLinks, link =>
        {
            var check = checks.Single(item => item.Check == link);
            Assert.True(check.Status == CheckStatus.Passed, $"{check} {check.Remedy}");
        });

        async Task<IReadOnlyList<T>> RunAsync<T>(string script)
        {
            var result = await stage.RunAsync(script);
            var texts = result.Output.Select(item => item.BaseObject).OfType<MonitoringCheck>().Select(check => $"{check.Detail} {check.Remedy}");
            Assert.All(
                texts.Concat(result.Warnings).Concat(result.Errors.Select(error => $"{error}")),
                text => Assert.DoesNotContain("Install-KubePrometheus", text, StringComparison.Ordinal));
            return result.OutputOf<T>();
        }
    }

    /// <summary>Releases of the real helm, which end with the story.</summary>
    private sealed class HelmReleases(RealHelm helm, ClusterStage stage) : IAsyncDisposable
    {
        private readonly Stack<(string Name, string Place)> _installed = new();

        /// <remarks>
        /// The OpenAPI document by which helm checks fields follows a change of CRDs late: it may still describe those of an earlier story.
        /// </remarks>
        public async Task InstallAsync(string name, string place, string chart, params string[] values)
        {
            _installed.Push((name, place));
            await RunAsync(place, ["install", name, chart, "--disable-openapi-validation", .. values]);
        }

        /// <summary>The objects that a chart renders.</summary>
        public async Task<IReadOnlyList<JsonObject>> RenderAsync(string name, string place, string chart, params string[] values)
        {
            var text = await RunAsync(place, ["template", name, chart, .. values]);
            return
            [
                .. ManifestReader
                    .Read([new ArchivedFile("rendered.yaml", Encoding.UTF8.GetBytes(text))], TestContext.Current.CancellationToken)
                    .Select(manifest => JsonNode.Parse(manifest.ReadJson().Span)!.AsObject()),
            ];
        }

        public async ValueTask DisposeAsync()
        {
            while (_installed.TryPop(out var release))
            {
                await RunAsync(release.Place, ["uninstall", release.Name, "--ignore-not-found"]);
            }
        }

        private Task<string> RunAsync(string place, string[] arguments) =>
            helm.RunAsync(stage.Kubeconfig, stage.Folder, place, arguments);
    }
}
