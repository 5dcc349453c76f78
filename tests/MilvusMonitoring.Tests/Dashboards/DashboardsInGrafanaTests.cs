using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Tests.Verification;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>Dashboards in a Grafana that reads the ConfigMaps which it mounts, in front of a real Prometheus.</summary>
public sealed class DashboardsInGrafanaTests
{
    private const string Grafana = "Deployment/monitoring/grafana";

    [Fact]
    public async Task Grafana_has_them_and_each_empty_panel_has_a_reason()
    {
        await using var proof = await ProofStage.StartAsync();
        var stage = proof.Stage;
        await proof.PassesAsync();
        var asked = await DashboardCheckAsync(proof);
        Assert.Equal((CheckStatus.Warning, Grafana), (asked.Status, asked.Target));
        Assert.StartsWith("Install-MilvusDashboard -Wait", asked.Remedy, StringComparison.Ordinal);

        var made = (await stage.Session.InvokeAsync(asked.Remedy!)).EnsureNoError().OutputOf<MilvusDashboard>().ToList();

        Assert.All(made, item => Assert.True(item.IsShown));
        Assert.Equal("/d/milvus-overview/milvus-overview", made[0].Url);
        Assert.Equal((CheckStatus.Passed, "Grafana has 6 dashboards of this module"), await StatusAsync(proof));

        stage.WriteFile(
            "theirs.json",
            """
            {"uid":"theirs","title":"Milvus of others","panels":[
              {"type":"row","title":"row","panels":[{"type":"stat","title":"never","targets":[{"expr":"sum(milvus_never_there{namespace=\"$namespace\"})"}]}]},
              {"type":"stat","title":"up","targets":[{"expr":"up{namespace=\"$namespace\",app_kubernetes_io_instance=~\"$instance\"}"}]},
              {"type":"stat","title":"wrong","targets":[{"expr":"sum("}]},
              {"type":"text","title":"words"}]}
            """);
        (await proof.RunAsync($"Install-MilvusDashboard -Kubeconfig $c -Wait -Path '{stage.Folder}/theirs.json'")).EnsureNoError();
        var shown = (await proof.RunAsync("Get-MilvusInstance -Kubeconfig $c | Get-MilvusDashboard")).EnsureNoError().OutputOf<MilvusDashboard>().ToList();
        var theirs = Assert.Single(shown, item => item.Uid == "theirs");
        Assert.Equal(3, theirs.Panels);
        Assert.Equal(
            [("never", "milvus_never_there"), ("wrong", null)],
            theirs.PanelsWithoutData!.Select(panel => (panel.Title, panel.Metric)));
        Assert.Contains("milvus_never_there", theirs.PanelsWithoutData![0].Reason, StringComparison.Ordinal);
        Assert.Contains("Prometheus refuses its query", theirs.PanelsWithoutData[1].Reason, StringComparison.Ordinal);
        var overview = Assert.Single(shown, item => item.Uid == "milvus-overview");
        Assert.InRange(overview.PanelsWithoutData!.Count, 1, overview.Panels - 1);
        Assert.All(overview.PanelsWithoutData, panel => Assert.NotEmpty(panel.Reason));
    }

    [Fact]
    public async Task A_hand_made_dashboard_of_the_uid_is_not_replaced_and_a_refused_sign_in_is_said()
    {
        await using var proof = await ProofStage.StartAsync();
        using var http = new HttpClient { BaseAddress = proof.Monitored.Grafana.Address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("admin:admin"u8));
        using var body = new StringContent("""{"dashboard":{"uid":"milvus-overview","title":"Mine","panels":[]},"overwrite":false}""");
        (await http.PostAsync(new Uri("api/dashboards/db", UriKind.Relative), body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var refused = await proof.RunAsync("Install-MilvusDashboard -Kubeconfig $c");

        Assert.Contains("already has a dashboard with the uid milvus-overview", refused.OnlyError(ErrorId.DashboardTaken).ToString(), StringComparison.Ordinal);
        var done = refused.OutputOf<MilvusDashboard>().ToList();
        Assert.Equal(MilvusDashboards.All.Count, done.Count);
        Assert.Equal(ResourceAction.Failed, Assert.Single(done, item => item.Uid == "milvus-overview").Action);

        proof.Monitored.Grafana.Password = "changed";
        var blind = await proof.RunAsync("Get-MilvusDashboard -Kubeconfig $c");
        Assert.Equal(MilvusDashboards.All.Count - 1, blind.EnsureNoError().OutputOf<MilvusDashboard>().Count);
        Assert.Contains("Only the dashboards in the cluster are shown", Assert.Single(blind.Warnings), StringComparison.Ordinal);
        (await proof.RunAsync("Install-MilvusDashboard Data -Kubeconfig $c -Wait")).OnlyError(ErrorId.NotAuthenticated);
    }

    private static async Task<MonitoringCheck> DashboardCheckAsync(ProofStage proof) =>
        (await proof.TestAsync()).Single(check => check.Check == "Dashboard");

    private static async Task<(CheckStatus, string)> StatusAsync(ProofStage proof)
    {
        var check = await DashboardCheckAsync(proof);
        return (check.Status, check.Detail);
    }
}
