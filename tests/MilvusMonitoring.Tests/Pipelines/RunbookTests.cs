using System.Text.RegularExpressions;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Pipelines;

/// <summary>The runbook to copy, with a program in kubelogin's place that gives a token as it does.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public async Task A_managed_identity_has_a_Milvus_monitored_without_a_question()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program in kubelogin's place is a POSIX script.");
        Assert.SkipUnless(Programs.OnPath("pwsh"), "pwsh is not on PATH.");
        await using var stage = await Stage.StartAsync();
        new SampleMilvus().PutInto(stage.Cluster);
        stage.WriteScript("bin/kubelogin", $$"""
            echo "$*" >> '{{stage.Folder}}/asked'
            echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"{{stage.Cluster.CreateToken(
                "identity",
                "system:masters"
            )}}"} }'
            """
        );
        var authority = Authority()
            .Match(await File.ReadAllTextAsync(stage.Kubeconfig, TestContext.Current.CancellationToken))
            .Groups[1]
            .Value;
        var result = await ChildProcess.RunAsync(
            "pwsh",
            [
                "-NoLogo",
                "-NoProfile",
                "-NonInteractive",
                "-File",
                Path.Combine(BuiltTree.Root, "docs", "runbooks", "Enable-MilvusMonitoring.ps1"),
                "-Server",
                stage.Cluster.Server.AbsoluteUri,
                "-CertificateAuthority",
                authority,
                "-Instance",
                "my-release",
                "-ClientId",
                "some-id",
                "-Manifests",
                Stage.Manifests,
                "-Timeout",
                "15s",
            ],
            Limits.Program,
            new Dictionary<string, string?>
            {
                ["PATH"] = $"{Path.Combine(stage.Folder, "bin")}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
                ["PSModulePath"] = Path.GetDirectoryName(BuiltTree.Module),
                ["TMPDIR"] = stage.Folder,
                ["NO_COLOR"] = "1",
            });

        // No Prometheus runs on this cluster, so that the proof fails, and with it the job.
        Assert.True(result.ExitCode == 1, result.Output + result.Errors);
        Assert.Contains("Milvus default/my-release is not proven to be scraped: ", result.Errors, StringComparison.Ordinal);
        Assert.All((string[])["Version +Namespace +Context", "Namespace +Name +Age", "Check +Status +Detail"], header =>
            Assert.Matches($"(?m)^{header}", result.Output));
        Assert.DoesNotMatch("(?m)^(Kubeconfig|CausedBy) +:", result.Output);
        Assert.NotNull(stage.Monitor("my-release-milvus"));
        Assert.Contains(
            "get-token --login msi --server-id 6dae42f8-4368-4678-94ff-3960e28e3630 --client-id some-id",
            await File.ReadAllTextAsync(Path.Combine(stage.Folder, "asked"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(stage.Folder, "kubeconfig-????????-*"));
    }

    [GeneratedRegex("certificate-authority-data: (.+)")]
    private static partial Regex Authority();
}
