using System.Globalization;
using System.Text.RegularExpressions;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Tests;

/// <summary>
/// The real manifests on the real API server. It runs no controllers, so nothing becomes ready there, and the test ends namespaces itself.
/// </summary>
[Collection(RealApiServer.Collection)]
public sealed partial class RealStackTests(RealApiServer server)
{
    /// <summary>Server-side apply of an APIService breaks that one request on Kubernetes 1.20: a fault of the server.</summary>
    private const string BreaksTheServer = "prometheus-adapter-apiService.yaml";

    [Fact]
    public async Task The_release_for_this_server_installs_then_is_left_unchanged_without_a_write_then_goes_without_a_trace()
    {
        await ServerStage.ClearAsync(server);
        var kubeconfig = await server.GetKubeconfigAsync();
        using var folder = new TemporaryFolder();
        var path = CopyRelease("v0.8.0", folder);
        await using var session = await PowerShellSession.StartAsync();
        using var admin = new ServerAdmin(kubeconfig);
        await using var controller = new NamespaceController(admin);

        var first = await InvokeAsync("param($kubeconfig, $path) Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path -Timeout 120");
        Assert.Equal((107, 107), (first.Resources.Count, first.Created));

        var before = await WritesAsync(kubeconfig);
        var second = await InvokeAsync("param($kubeconfig, $path) Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path -Timeout 120");
        Assert.Equal((107, 107), (second.Resources.Count, second.Unchanged));
        Assert.Equal(before, await WritesAsync(kubeconfig));

        var shown = await InvokeAsync("param($kubeconfig, $path) Get-KubePrometheus -Kubeconfig $kubeconfig");
        Assert.Equal((107, 0, false), (shown.Resources.Count, shown.Drifted, shown.Ready));

        var removed = await InvokeAsync(
            "param($kubeconfig, $path) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Confirm:$false -Timeout 120");
        Assert.Equal((107, 107), (removed.Resources.Count, removed.Deleted));
        Assert.False(await admin.ExistsAsync("/api/v1/namespaces/monitoring", TestContext.Current.CancellationToken));
        Assert.False(await admin.ExistsAsync("/apis/monitoring.coreos.com", TestContext.Current.CancellationToken));
        await ServerStage.LeaveBareAsync(server, admin);

        async Task<KubePrometheusStack> InvokeAsync(string script) =>
            Assert.Single((await session.InvokeAsync(script, new { kubeconfig, path })).EnsureNoError().OutputOf<KubePrometheusStack>());
    }

    internal static string CopyRelease(string version, TemporaryFolder folder)
    {
        var source = Path.Combine(RealManifests.Folder(), version, "manifests");
        foreach (
            var file in Directory
                .EnumerateFiles(source, "*.yaml", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != BreaksTheServer))
        {
            folder.Write(Path.Combine("manifests", Path.GetRelativePath(source, file)), File.ReadAllBytes(file));
        }

        return folder.Path;
    }

    /// <summary>How many writes the server has counted since it started, its own leases left out.</summary>
    private static async Task<long> WritesAsync(string kubeconfig)
    {
        using var connection = ClusterConnection.Open(new ClusterTarget(kubeconfig, null), new RecordingSink());
        var request = new ClusterRequest(HttpMethod.Get, "/metrics") { Accept = "text/plain" };
        using var response = await connection.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return WriteCounter().Matches(text)
            .Where(match => !match.Value.Contains("resource=\"leases\"", StringComparison.Ordinal))
            .Sum(match => (long)double.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(
        "^apiserver_request_total\\{[^}]*verb=\"(APPLY|PATCH|POST|PUT|DELETE|DELETECOLLECTION)\"[^}]*\\} (?<count>\\S+)$",
        RegexOptions.Multiline
    )]
    private static partial Regex WriteCounter();
}
