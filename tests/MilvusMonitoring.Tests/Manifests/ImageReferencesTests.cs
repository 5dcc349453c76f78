using System.Text;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;

namespace MilvusMonitoring.Tests;

public sealed class ImageReferencesTests
{
    private const string Registry = "registry.local:5000/mirror";

    [Theory]
    [InlineData("quay.io/prometheus/prometheus:v3", "registry.local:5000/mirror/prometheus/prometheus:v3")]
    [InlineData("grafana/grafana:1", "registry.local:5000/mirror/grafana/grafana:1")]
    [InlineData("busybox", "registry.local:5000/mirror/library/busybox")]
    [InlineData("busybox:1.36", "registry.local:5000/mirror/library/busybox:1.36")]
    [InlineData("docker.io/library/busybox", "registry.local:5000/mirror/library/busybox")]
    [InlineData("localhost/x:1", "registry.local:5000/mirror/x:1")]
    [InlineData(
        "host:5000/a/b/c:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "registry.local:5000/mirror/a/b/c:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    )]
    public void The_registry_is_replaced_and_the_rest_stays(string image, string expected)
    {
        var manifest = Read($"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: x, image: \"{image}\"}}]}}");

        Assert.Equal([expected], ImageReferences.List([ImageReferences.Rewrite(manifest, Registry)]));
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "{template: {spec: {containers: [{image: IMAGE}], initContainers: [], ephemeralContainers: []}}}")]
    [InlineData("apps/v1", "DaemonSet", "{template: {spec: {containers: [], initContainers: [{image: IMAGE}]}}}")]
    [InlineData("v1", "Pod", "{ephemeralContainers: [{image: IMAGE}]}")]
    [InlineData("batch/v1", "CronJob", "{jobTemplate: {spec: {template: {spec: {containers: [{image: IMAGE}]}}}}}")]
    [InlineData("apps/v1", "Deployment", "{template: {spec: {containers: [{args: [--x=1, --prometheus-config-reloader=IMAGE]}]}}}")]
    [InlineData("apps/v1", "Deployment", "{template: {spec: {containers: [{args: [--config-reloader-image=IMAGE]}]}}}")]
    [InlineData(
        "apps/v1",
        "Deployment",
        "{template: {spec: {containers: [{command: [operator, --prometheus-default-base-image=IMAGE]}]}}}"
    )]
    [InlineData("monitoring.coreos.com/v1", "Prometheus", "{image: IMAGE}")]
    [InlineData("monitoring.coreos.com/v1", "Prometheus", "{thanos: {image: IMAGE}}")]
    [InlineData("monitoring.coreos.com/v1", "Prometheus", "{containers: [{image: IMAGE}]}")]
    [InlineData("monitoring.coreos.com/v1", "Alertmanager", "{baseImage: IMAGE}")]
    [InlineData("monitoring.coreos.com/v1alpha1", "PrometheusAgent", "{image: IMAGE}")]
    [InlineData("monitoring.coreos.com/v1", "ThanosRuler", "{image: IMAGE}")]
    public void Every_place_that_names_an_image_is_found_and_rewritten(string apiVersion, string kind, string spec)
    {
        var manifest = Read(
            $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: a}}\nspec: "
                + $"{spec.Replace("IMAGE", "quay.io/o/i:1", StringComparison.Ordinal)}"
        );

        var rewritten = ImageReferences.Rewrite(manifest, Registry);

        Assert.Equal(["quay.io/o/i:1"], ImageReferences.List([manifest]));
        Assert.Equal(
            Encoding.UTF8.GetString(manifest.ReadJson().Span).Replace("quay.io", Registry, StringComparison.Ordinal),
            Encoding.UTF8.GetString(rewritten.ReadJson().Span));
    }

    [Theory]
    [InlineData("v1", "ConfigMap", "data: {image: quay.io/o/i}")]
    [InlineData("v1", "Service", "spec: {image: quay.io/o/i}")]
    [InlineData("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {containers: [{image: quay.io/o/i}]}")]
    [InlineData(
        "apps/v1",
        "Deployment",
        "spec: {template: {spec: {containers: [{args: [--title=image, --image=quay.io/o/i], image: $(IMAGE)}]}}}"
    )]
    [InlineData("v1", "Pod", "spec: {containers: [{image: quay.io/o/i@sha256:0123456789abcdef0123456789abcde}]}")]
    [InlineData(
        "v1",
        "Pod",
        "spec: {containers: [{image: "
            + "quay.io/o/i:0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789}]}"
    )]
    public void What_names_no_image_is_the_same_instance_afterwards(string apiVersion, string kind, string content)
    {
        var manifest = Read($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: a}}\n{content}");

        Assert.Same(manifest, ImageReferences.Rewrite(manifest, Registry));
        Assert.Empty(ImageReferences.List([manifest]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://registry.local")]
    [InlineData("registry.local/Mirror")]
    [InlineData("registry.local:port")]
    [InlineData("registry local")]
    [InlineData("registry.local/x:1")]
    [InlineData("mirror")]
    public void What_is_no_registry_is_refused(string registry)
    {
        var manifest = Read("apiVersion: v1\nkind: Service\nmetadata: {name: a}");

        var error = Assert.Throws<MonitoringException>(() => ImageReferences.Rewrite(manifest, registry));

        Assert.Equal(ErrorId.ParameterInvalid, error.ErrorId);
    }

    [Theory]
    [InlineData("registry.local")]
    [InlineData("registry.local/")]
    [InlineData("localhost")]
    [InlineData("[::1]:5000")]
    [InlineData("10.0.0.1:5000/a/b_c")]
    public void A_registry_may_have_a_port_and_a_path(string registry)
    {
        var manifest = Read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: quay.io/x}]}");

        Assert.Equal([registry.TrimEnd('/') + "/x"], ImageReferences.List([ImageReferences.Rewrite(manifest, registry)]));
    }

    private static ManifestObject Read(string text) =>
        Assert.Single(
            ManifestReader.Read([new ArchivedFile("a.yaml", Encoding.UTF8.GetBytes(text))], TestContext.Current.CancellationToken));
}
