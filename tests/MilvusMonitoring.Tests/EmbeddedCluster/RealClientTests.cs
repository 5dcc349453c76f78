using System.Diagnostics;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>What real clients make of the cluster. They are found by KUBECTL and HELM, or on the PATH.</summary>
public sealed class RealClientTests : ClusterTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("real-clients-").FullName;

    [Fact]
    public async Task Kubectl_installs_shows_and_removes_the_real_stack()
    {
        var kubectl = Find("kubectl");
        var manifests = Environment.GetEnvironmentVariable("KUBE_PROMETHEUS_MANIFESTS");
        Assert.SkipWhen(string.IsNullOrEmpty(manifests), "KUBE_PROMETHEUS_MANIFESTS names no folder of manifests");
        var folder = Path.Combine(manifests, "v0.18.0", "manifests");

        await RunAsync(kubectl, "apply", "--server-side", "-f", Path.Combine(folder, "setup"));
        // kubectl wait dies where conditions are still null (kubernetes issue 66439), as it does on real servers.
        await UntilAsync(cluster =>
            cluster
                .List("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                .All(definition => definition["status"]?["conditions"] is JsonArray));
        await RunAsync(kubectl, "wait", "--for", "condition=Established", "--all", "CustomResourceDefinition", "--timeout=30s");
        await RunAsync(kubectl, "apply", "-f", folder);
        await RunAsync(
            kubectl,
            "wait",
            "-n",
            "monitoring",
            "--for",
            "condition=Available",
            "prometheus/k8s",
            "alertmanager/main",
            "--timeout=30s");
        await RunAsync(kubectl, "rollout", "status", "-n", "monitoring", "deployment/grafana", "--timeout=30s");
        var monitors = await RunAsync(kubectl, "get", "servicemonitors", "-n", "monitoring", "--no-headers");
        Assert.Equal(13, monitors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        await RunAsync(kubectl, "delete", "--wait=false", "-f", folder, "-f", Path.Combine(folder, "setup"));
        await UntilAsync(cluster =>
            cluster.Find("v1", "Namespace", null, "monitoring") is null
            && cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition").Count == 0);
    }

    [Fact]
    public async Task Helm_installs_upgrades_and_removes_a_chart()
    {
        var helm = Find("helm");
        var chart = Path.Combine(_folder, "chart");
        Directory.CreateDirectory(Path.Combine(chart, "templates"));
        await File.WriteAllTextAsync(Path.Combine(chart, "Chart.yaml"), "apiVersion: v2\nname: small\nversion: 0.1.0\n", Token);
        await File.WriteAllTextAsync(Path.Combine(chart, "values.yaml"), "replicas: 1\n", Token);
        await File.WriteAllTextAsync(
            Path.Combine(chart, "templates", "all.yaml"),
            Sample
                .Deployment("small")
                .ToJsonString()
                .Replace("\"replicas\":1", "\"replicas\":{{ .Values.replicas }}", StringComparison.Ordinal),
            Token);

        await RunAsync(helm, "install", "one", chart, "-n", "default", "--wait", "--timeout", "30s");
        Assert.Equal("1", Cluster.Find("apps/v1", "Deployment", "default", "small")!["status"]!["availableReplicas"]!.ToString());
        await RunAsync(helm, "upgrade", "one", chart, "-n", "default", "--set", "replicas=2", "--wait", "--timeout", "30s");
        Assert.Equal("2", Cluster.Find("apps/v1", "Deployment", "default", "small")!["status"]!["availableReplicas"]!.ToString());
        Assert.NotNull(Cluster.Find("v1", "Secret", "default", "sh.helm.release.v1.one.v2"));
        await RunAsync(helm, "uninstall", "one", "-n", "default", "--wait", "--timeout", "30s");
        Assert.Empty(Cluster.List("apps/v1", "Deployment"));
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Find(string name)
    {
        if (Environment.GetEnvironmentVariable(name.ToUpperInvariant()) is { Length: > 0 } given)
        {
            return given;
        }

        var found = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(each => Path.Combine(each, name))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"there is no {name} on this machine, nor does {name.ToUpperInvariant()} name one");
        return found!;
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, Cluster.CreateKubeconfig(), Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Limits.Wait);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = _folder;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(
                process.ExitCode == 0,
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
