using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Tests;

/// <summary>
/// The demo's script on a real node, from an installation of kube-prometheus v0.8.0 to a proof that passes. Prometheus is Debian's program
/// in a pod, with the Service of the release and the rights of its service account; the operator is played by <see cref="PlayedOperator"/>,
/// since its image cannot be had, and the discovery that Debian's build lacks by <see cref="PlayedDiscovery"/>.
/// </summary>
[Collection(RealNode.Collection)]
public sealed partial class NodeProofTests(RealNode node)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_installs_forwards_and_proves_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var release = RealStackTests.CopyRelease("v0.8.0", folder);
        ProbeOften(folder.PathOf("manifests/grafana-deployment.yaml"));
        await ServerStage.ClearAsync(node);
        var kubeconfig = await node.GetKubeconfigAsync();
        await NodeImages.ImportAsync(node, folder);
        await using var ender = new PodEnder(kubeconfig);
        await using var played = new PlayedOperator(kubeconfig, folder);
        await using var nudge = new KubeletNudge(kubeconfig, "monitoring", "app.kubernetes.io/name=grafana");

        var result = await ChildProcess.RunAsync("dotnet", Demo(kubeconfig, release), Limits.Program);

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Matches(@"107: 107 Created", result.Output);
        Assert.Matches(@"107: 107 Deleted", result.Output);
        Assert.Contains("may discover Endpoints in namespace milvus", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Samples +Passed ", result.Output);
        Assert.Matches(@"(?m)^Grafana +Passed ", result.Output);
        Assert.Matches(@"(?m)^Dashboard +Passed ", result.Output);
        Assert.Equal(2, Regex.Count(result.Output, """(?m)^\{"commit":"0000000","database":"ok","version":"13.0.2"\}"""));

        // That of the rules that were taken away again, and that of the Alertmanager, which does not run there.
        Assert.Equal(["Access", "Alerting"], NotPassed().Matches(result.Output).Select(match => match.Groups[1].Value).Order());
        Assert.Contains("Nothing of the demo is left on the cluster.", result.Errors, StringComparison.Ordinal);
        using var admin = new ServerAdmin(kubeconfig);
        await ServerStage.LeaveBareAsync(node, admin);
    }

    [Fact]
    public async Task A_demo_that_is_stopped_while_it_installs_takes_away_what_it_made()
    {
        await ServerStage.ClearAsync(node);
        var kubeconfig = await node.GetKubeconfigAsync();
        var start = new ProcessStartInfo("dotnet", Demo(kubeconfig, node.Release))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var demo = Process.Start(start)!;
        try
        {
            var output = demo.StandardOutput.ReadToEndAsync(Token);
            var errors = demo.StandardError.ReadToEndAsync(Token);
            using var admin = new ServerAdmin(kubeconfig);
            await using var controller = new NamespaceController(admin, name => name is "monitoring" or "milvus", besideReal: true);
            await NodePlace.UntilAsync(
                () => admin.ExistsAsync("/apis/apps/v1/namespaces/monitoring/deployments/grafana", Token), "the demo installs");

            await Programs.TerminateAsync(demo, Limits.Program);

            Assert.True(demo.ExitCode == 130, await output + await errors);
            Assert.Contains("Nothing of the demo is left on the cluster.", await errors, StringComparison.Ordinal);
            Assert.False(await admin.ExistsAsync("/api/v1/namespaces/monitoring", Token));
            Assert.False(await admin.ExistsAsync("/api/v1/namespaces/milvus", Token));
            await ServerStage.LeaveBareAsync(node, admin);
        }
        finally
        {
            await Programs.TerminateAsync(demo, TimeSpan.Zero);
        }
    }

    /// <summary>The kubelet probes every 10 s unless told otherwise.</summary>
    private static void ProbeOften(string file)
    {
        var text = File.ReadAllText(file);
        const string Probe = "        readinessProbe:\n";
        var often = text.Replace(Probe, Probe + "          periodSeconds: 1\n", StringComparison.Ordinal);
        Assert.NotEqual(text, often);
        File.WriteAllText(file, often);
    }

    private static string[] Demo(string kubeconfig, string release) =>
        [BuiltTree.Program("Demo"), "--kubeconfig", kubeconfig, "--path", release, "--patience", "4m", "--yes"];

    [GeneratedRegex(@"(?m)^(\w+) +(Failed|Unknown|Skipped) ")]
    private static partial Regex NotPassed();
}
