using System.Text;
using System.Text.RegularExpressions;
using EmbeddedCluster;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Where another tool installed the monitoring, no remedy of any check installs, forces, upgrades or deletes.</summary>
public sealed partial class ForeignStackTests
{
    private const string Variable = "FOREIGN_STACKS";

    // The parts in an order in which each is still missed after the ones before it.
    private static readonly string[] Parts = ["Grafana", "Operator", "Prometheus", "Definitions"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("kubectl")]
    [InlineData("CRDs only")]
    [InlineData("kps")]
    [InlineData("long-name")]
    [InlineData("name-override")]
    [InlineData("openshift")]
    public async Task No_remedy_touches_what_another_tool_installed(string kind)
    {
        await using var stage = await Stage.StartAsync();
        var manifests = (await ReadAsync(kind)).ToList();
        foreach (var place in manifests.Select(manifest => manifest.Id.Namespace).Distinct().Except([null, "default", "kube-system"]))
        {
            stage.Put($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{place}}"} }""", "another-tool");
        }

        foreach (var part in manifests.ToLookup(manifest => manifest.Id.IsCrd).OrderByDescending(part => part.Key))
        {
            foreach (var manifest in part.Where(manifest => !manifest.Id.IsNamespace))
            {
                stage.Put(Encoding.UTF8.GetString(manifest.ReadJson().Span), "another-tool");
            }

            var kinds = part.SelectMany(crd => crd.Defines).ToList();
            await Stage.UntilAsync(() => kinds.TrueForAll(type => Serves(stage.Cluster, type)));
        }

        new SampleMilvus().PutRecordInto(stage.Cluster);
        foreach (var absent in Parts.Prepend("nothing"))
        {
            Remove(stage.Cluster, absent);
            var checks = (await stage.RunAsync("Test-MilvusMonitoring my-release -Kubeconfig $c")).OutputOf<MonitoringCheck>();

            Assert.Contains(checks, check => check.Status is CheckStatus.Failed or CheckStatus.Unknown);
            Assert.All(checks, check => Assert.DoesNotMatch(Harm(), $"{check.Detail} {check.Remedy}"));
        }
    }

    private static bool Serves(Cluster cluster, ResourceType type)
    {
        try
        {
            return cluster.List(type.ApiVersion, type.Kind).Count >= 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Remove(Cluster cluster, string absent)
    {
        switch (absent)
        {
            case "Operator" or "Grafana":
                var label = absent == "Grafana" ? "grafana" : "operator";
                foreach (var deployment in cluster.List("apps/v1", "Deployment", null).Where(item => $"{item["metadata"]}".Contains(label)))
                {
                    cluster.Remove(
                        "apps/v1",
                        "Deployment",
                        (string)deployment["metadata"]!["namespace"]!,
                        (string)deployment["metadata"]!["name"]!);
                }

                break;
            case "Prometheus":
                foreach (var prometheus in cluster.List("monitoring.coreos.com/v1", "Prometheus", null))
                {
                    var metadata = prometheus["metadata"]!;
                    cluster.Remove("monitoring.coreos.com/v1", "Prometheus", (string)metadata["namespace"]!, (string)metadata["name"]!);
                }

                break;
            case "Definitions":
                cluster.Remove(
                    "apiextensions.k8s.io/v1",
                    "CustomResourceDefinition",
                    null,
                    "podmonitors.monitoring.coreos.com");
                break;
        }
    }

    /// <summary>Reads a stack. All have the CRDs of the demo, whose schemas know every field that they set.</summary>
    private static async Task<IEnumerable<ManifestObject>> ReadAsync(string kind)
    {
        var own = ManifestReader.Read(await ManifestSource.ReadAsync(Stage.Manifests, Token), Token);
        var crds = own.Where(manifest => manifest.Id.IsCrd);
        return kind switch
        {
            "kubectl" => own,
            "CRDs only" => crds,
            "openshift" => crds.Concat(ReadForeign(Directory.GetFiles(Path.Combine(Folder(), "openshift"), "*.yaml"))),
            _ => crds.Concat(ReadForeign(Path.Combine(Folder(), $"kube-prometheus-stack-{kind}.yaml"))),
        };
    }

    private static IEnumerable<ManifestObject> ReadForeign(params string[] files) => ManifestReader
        .Read([.. files.Select(file => new ArchivedFile(Path.GetFileName(file), File.ReadAllBytes(file)))], Token)
        .Where(manifest => manifest.Id.Group is not ("admissionregistration.k8s.io" or "monitoring.coreos.com") || manifest.Id.Kind == "Prometheus");

    private static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder of other tools' stacks");
        return folder!;
    }

    [GeneratedRegex(@"Install-KubePrometheus|ForceConflicts|Uninstall-|Disable-|helm (upgrade|rollback) \S+ \S+/")]
    private static partial Regex Harm();
}
