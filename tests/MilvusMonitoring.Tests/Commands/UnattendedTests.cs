using System.Management.Automation;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Under a host that cannot ask, as in a runbook or a pipeline.</summary>
public sealed class UnattendedTests
{
    [Fact]
    public async Task Every_command_that_can_ask_fails_at_once_and_says_what_to_add()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait");
        await using var alertmanager = await MonitoredAlertmanager.StartAsync(
            stage.Cluster,
            real: false,
            TestContext.Current.CancellationToken);
        new SampleMilvus().PutInto(stage.Cluster);
        new SampleMilvus { Name = "other" }.PutInto(stage.Cluster);
        (
            await stage.RunAsync(
                "$null = Enable-MilvusServiceMonitor other -Kubeconfig $c; $null = Grant-PrometheusMilvusAccess -Kubeconfig $c; $null = "
                    + "Start-MonitoringPortForward -LocalPort 0 -Kubeconfig $c; $null = Enable-MilvusAlertRule other -Kubeconfig $c; "
                    + "$null = Set-MilvusAlertReceiver -Webhook http://relay/ -Kubeconfig $c"
            )).EnsureNoError();
        await alertmanager.LoadedAsync(TestContext.Current.CancellationToken);
        var able = (
            await stage.RunAsync("Get-Command -Module MilvusMonitoring | Where-Object { $_.Parameters.ContainsKey('Confirm') }")
        ).OutputOf<CmdletInfo>();
        var calls = new Dictionary<string, string>
        {
            ["Disable-MilvusAlertRule"] = "other -Kubeconfig $c",
            ["Disable-MilvusServiceMonitor"] = "other -Kubeconfig $c",
            ["Enable-MilvusAlertRule"] = "my-release -Kubeconfig $c",
            ["Enable-MilvusServiceMonitor"] = "my-release -Kubeconfig $c",
            ["Grant-PrometheusMilvusAccess"] = "-Kubeconfig $c -Namespace kube-public",
            ["Install-KubePrometheus"] = $"-Kubeconfig $c -Path '{Stage.Manifests}' -ImageRegistry registry.example.com",
            ["Install-MilvusDashboard"] = "-Kubeconfig $c",
            ["Remove-MilvusAlertReceiver"] = "webhook -Kubeconfig $c",
            ["Revoke-PrometheusMilvusAccess"] = "-Kubeconfig $c",
            ["Save-KubePrometheus"] = $"v0.18.0 -Destination '{stage.Folder}'",
            ["Save-MilvusDashboard"] = $"-Destination '{stage.Folder}/dashboards'",
            ["Set-MilvusAlertReceiver"] = "-Webhook http://another/ -Name another -Kubeconfig $c",
            ["Start-MonitoringPortForward"] = "-Kubeconfig $c Alertmanager -LocalPort 0",
            ["Stop-MonitoringPortForward"] = "-All",
            ["Test-MilvusAlert"] = "-Kubeconfig $c",
            ["Uninstall-KubePrometheus"] = "-Kubeconfig $c",
            ["Uninstall-MilvusDashboard"] = "-Kubeconfig $c",
        };

        Assert.Equal(calls.Keys.Order(), able.Select(cmdlet => cmdlet.Name).Order());
        (await stage.RunAsync("Install-MilvusDashboard Overview -Kubeconfig $c")).EnsureNoError();
        var before = stage.Cluster.Requests.Writes.Count;
        foreach (var (cmdlet, arguments) in calls)
        {
            var result = await stage.RunAsync($"$ConfirmPreference = 'Low'; {cmdlet} {arguments}");

            Assert.All(result.ErrorIds, id => Assert.Equal(ErrorId.ConfirmationImpossible, id));
            Assert.NotEmpty(result.Errors);
            Assert.All(result.Errors, error =>
                Assert.EndsWith("add -Confirm:$false to go ahead without a question.", error.ToString(), StringComparison.Ordinal));
        }

        Assert.Equal(before, stage.Cluster.Requests.Writes.Count);
    }

    [Theory]
    [InlineData("Uninstall-KubePrometheus")]
    [InlineData("Grant-PrometheusMilvusAccess -Confirm")]
    public async Task Pwsh_whose_input_is_no_terminal_does_not_ask(string command)
    {
        Assert.SkipUnless(Programs.OnPath("pwsh"), "pwsh is not on PATH.");
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var before = stage.Cluster.Requests.Writes.Count;

        var result = await ChildProcess.RunAsync(
            "pwsh",
            [
                "-NoProfile",
                "-Command",
                $"Import-Module '{BuiltTree.Module}'; {command} -Kubeconfig '{stage.Kubeconfig}'; $Error[0].FullyQualifiedErrorId",
            ],
            Limits.Program);

        Assert.StartsWith(ErrorId.ConfirmationImpossible + ",", ChildProcess.Lines(result.Output)[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("[Y] Yes", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, stage.Cluster.Requests.Writes.Count);
    }
}
