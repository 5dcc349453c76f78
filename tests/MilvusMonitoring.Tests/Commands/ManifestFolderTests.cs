using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Manifests as people keep them: sorted into folders, without a namespace, for a platform that refuses some.</summary>
public sealed class ManifestFolderTests
{
    [Fact]
    public async Task Manifests_sorted_into_folders_are_installed_whole()
    {
        await using var stage = await Stage.StartAsync();
        var whole = await stage.InstalledAsync();
        var sorted = stage.CopyManifests("sorted/manifests", folder =>
        {
            foreach (var file in Directory.GetFiles(folder))
            {
                var name = Path.GetFileName(file);
                var component = Directory.CreateDirectory(Path.Combine(folder, name[..name.IndexOf('-', StringComparison.Ordinal)]));
                File.Move(file, Path.Combine(component.FullName, name));
            }
        });

        var result = (await stage.InstallAsync(path: Path.GetDirectoryName(sorted))).EnsureNoError();

        Assert.Empty(result.Warnings);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal(Describe(whole), Describe(stack));
        Assert.All(stack.Resources, resource => Assert.Equal(ResourceAction.Unchanged, resource.Action));

        static IEnumerable<string> Describe(KubePrometheusStack stack) => stack.Resources
            .Select(resource => $"{resource.Kind}/{resource.Namespace}/{resource.Name} {resource.Component}")
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_left_out_are_one_warning()
    {
        await using var stage = await Stage.StartAsync();
        var copy = stage.CopyManifests("copy", folder =>
            File.Move(Path.Combine(folder, "grafana-service.yaml"), Path.Combine(folder, "grafana-service.yaml.bak")));

        var result = (await stage.InstallAsync("-WhatIf", copy)).EnsureNoError();

        Assert.Equal(
            $"{copy}: 1 file in 1 folder was not read: 1 with another ending than .yaml, .yml or .json (grafana-service.yaml.bak).",
            Assert.Single(result.Warnings));
    }

    [Theory]
    [InlineData("default", "")]
    [InlineData("observability", "observability")]
    public async Task Manifests_without_a_namespace_go_to_that_of_the_context(string expected, string ofContext)
    {
        await using var stage = await Stage.StartAsync();
        var kubeconfig = ofContext.Length == 0
            ? stage.Kubeconfig
            : stage.WriteFile(
                "other",
                File.ReadAllText(stage.Kubeconfig).Replace("namespace: default", $"namespace: {ofContext}", StringComparison.Ordinal));
        if (ofContext.Length > 0)
        {
            await stage.Objects.PutAsync(new System.Text.Json.Nodes.JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = ofContext },
            });
        }

        var copy = stage.CopyManifests("copy", folder =>
        {
            foreach (var file in Directory.GetFiles(folder, "*.yaml", SearchOption.AllDirectories))
            {
                var isBinding = file.Contains("Binding", StringComparison.Ordinal);
                var lines = File.ReadAllLines(file).Where(line => line != "  namespace: monitoring" || isBinding);
                File.WriteAllLines(file, lines);
            }
        });

        var result = (await stage.InstallAsync(path: copy, kubeconfig: kubeconfig)).EnsureNoError();

        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal(expected, stack.Namespace);
        Assert.Contains(
            result.Warnings,
            warning => warning.EndsWith(
                $"manifests name no namespace: their objects go to '{expected}', the namespace of the context embedded, as with kubectl.",
                StringComparison.Ordinal));
        Assert.Equal(expected, stack.Resources.Single(resource => resource.Kind == "Prometheus").Namespace);
        var read = Assert.Single((await stage.Session.InvokeAsync("param($k) Get-KubePrometheus -Kubeconfig $k", new { k = kubeconfig }))
            .EnsureNoError()
            .OutputOf<KubePrometheusStack>());
        Assert.Equal(expected, read.Namespace);

        // The same files in another context are other objects.
        if (ofContext.Length > 0)
        {
            var other = Assert.Single((await stage.InstallAsync("-WhatIf", copy)).OutputOf<KubePrometheusStack>());
            Assert.Equal("default", other.Namespace);
        }
    }

    [Fact]
    public async Task What_GKE_Autopilot_refuses_is_one_error_that_names_the_components()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(
            "PATCH",
            "/daemonsets/node-exporter",
            Fault.Answer(
                HttpStatusCode.Forbidden,
                "Forbidden",
                "admission webhook \"warden-validating.common-webhooks.networking.gke.io\" denied the request: GKE Warden rejected the request "
                    + "because it violates one or more constraints.\nViolations details: "
                    + "{\"[denied by x]\":[\"enabling hostPID is not allowed in Autopilot.\"]}"),
            times: null);
        stage.Cluster.Faults.Add(
            "PATCH",
            "/clusterroles/kube-state-metrics",
            Fault.Answer(HttpStatusCode.Forbidden, "Forbidden", "GKE Autopilot authz: the namespace \"kube-system\" is managed and more"),
            times: null);

        var result = await stage.InstallAsync();

        var error = Assert.Single(result.Errors);
        Assert.Equal(
            "GKE Autopilot does not allow ClusterRole/kube-state-metrics (the namespace \"kube-system\" is managed), "
                + "DaemonSet/monitoring/node-exporter (enabling hostPID is not allowed in Autopilot); "
                + "leave the components out with -ExcludeComponent kube-state-metrics,node-exporter.",
            error.Exception.Message);
    }
}
