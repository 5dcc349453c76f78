using System.Text.Json;
using MilvusMonitoring.Grafanas;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;

namespace MilvusMonitoring.Tests.Grafanas;

/// <summary>How a Grafana takes dashboards, by its workload as kube-prometheus and kube-prometheus-stack have it.</summary>
public sealed class GrafanaServerTests
{
    [Theory]
    [InlineData("v0.8.0", 23)]
    [InlineData("v0.18.0", 33)]
    public void Kube_prometheus_mounts_ConfigMaps_whole(string release, int count)
    {
        var folder = Environment.GetEnvironmentVariable("KUBE_PROMETHEUS_MANIFESTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "KUBE_PROMETHEUS_MANIFESTS names no folder of manifests.");
        var grafana = Read(Path.Combine(folder!, release, "manifests", "grafana-deployment.yaml"));
        var mounted = grafana.ListMounted();
        Assert.Equal(count, mounted.Count);
        Assert.Superset(
            new HashSet<string> { "grafana-dashboard-prometheus", "grafana-dashboard-nodes", "grafana-dashboard-kubelet" },
            mounted.ToHashSet());
        Assert.DoesNotContain("grafana-dashboards", mounted);
        Assert.Null(grafana.FindSidecar());
    }

    [Theory]
    [InlineData("kube-prometheus-stack-kps.yaml")]
    [InlineData("kube-prometheus-stack-long-name.yaml")]
    [InlineData("kube-prometheus-stack-name-override.yaml")]
    public void Kube_prometheus_stack_has_a_sidecar_for_all_namespaces(string file)
    {
        var folder = Environment.GetEnvironmentVariable("FOREIGN_STACKS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "FOREIGN_STACKS names no folder of manifests.");
        var grafana = Read(Path.Combine(folder!, file));
        Assert.Equal(new DashboardSidecar("grafana_dashboard", "1", null), grafana.FindSidecar());
        Assert.Equal("grafana", grafana.Metadata.Labels["app.kubernetes.io/name"]);
    }

    [Theory]
    [InlineData("""[{"name":"GF_SERVER_ROOT_URL","value":"%(protocol)s://%(domain)s:%(http_port)s/grafana/"},{"name":"GF_SERVER_SERVE_FROM_SUB_PATH","value":"true"}]""", "grafana")]
    [InlineData("""[{"name":"GF_SERVER_ROOT_URL","value":"https://example.com/a/b"},{"name":"GF_SERVER_SERVE_FROM_SUB_PATH","value":"true"}]""", "a/b")]
    [InlineData("""[{"name":"GF_SERVER_ROOT_URL","value":"https://example.com"},{"name":"GF_SERVER_SERVE_FROM_SUB_PATH","value":"true"}]""", "")]
    [InlineData("""[{"name":"GF_SERVER_ROOT_URL","value":"https://example.com/a"}]""", "")]
    [InlineData("[]", "")]
    public void Its_variables_say_below_which_path_it_serves(string variables, string path) =>
        Assert.Equal(path, Create($$"""{"containers":[{"env":{{variables}}}]}""").SubPath);

    [Theory]
    [InlineData("""[{"name":"LABEL","value":"a_dashboard"}]""", "a_dashboard", null, "monitoring")]
    [InlineData("""[{"name":"LABEL","value":"a_dashboard"},{"name":"NAMESPACE","value":"x, y"}]""", "a_dashboard", null, "x y")]
    [InlineData("""[{"name":"LABEL","value":"grafana_datasource"}]""", null, null, null)]
    [InlineData("""[{"name":"LABEL","value":"a_dashboard"},{"name":"RESOURCE","value":"secret"}]""", null, null, null)]
    [InlineData("""[{"name":"LABEL","valueFrom":{}}]""", null, null, null)]
    public void A_sidecar_is_one_for_dashboards(string variables, string? label, string? value, string? namespaces)
    {
        var sidecar = Create($$"""{"containers":[{"name":"grafana"},{"name":"sc","env":{{variables}}}]}""").FindSidecar();
        Assert.Equal(
            (label, value, namespaces),
            (sidecar?.Label, sidecar?.LabelValue, sidecar?.Namespaces is { } all ? string.Join(' ', all) : null));
    }

    private static GrafanaServer Read(string file)
    {
        var all = ManifestReader.Read(
            [new ArchivedFile(Path.GetFileName(file), File.ReadAllBytes(file))],
            TestContext.Current.CancellationToken);
        var found = all.Single(item => item.Id.Kind == "Deployment" && item.Id.Name.EndsWith("grafana", StringComparison.Ordinal));
        return Create(JsonDocument.Parse(found.ReadJson()).RootElement);
    }

    private static GrafanaServer Create(string spec) => Create(JsonDocument.Parse(
        """{"metadata":{"name":"grafana","namespace":"monitoring"},"spec":{"template":{"spec":SPEC}}}""".Replace("SPEC", spec, StringComparison.Ordinal)).RootElement);

    private static GrafanaServer Create(JsonElement live)
    {
        var metadata = live.GetProperty("metadata");
        return new GrafanaServer(ResourceType.Deployment, live, new ObjectMetadata
        {
            Name = metadata.GetProperty("name").GetString()!,
            Namespace = "monitoring",
            Uid = "1",
            ResourceVersion = "1",
            Labels = metadata.TryGetProperty("labels", out var labels)
                ? labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!)
                : new Dictionary<string, string>(),
        });
    }
}
