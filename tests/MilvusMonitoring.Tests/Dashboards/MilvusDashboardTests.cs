using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Tests.Commands;
using EmbeddedStage = MilvusMonitoring.Tests.Commands.Stage;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>The stories of dashboards on an embedded cluster, and those that need one.</summary>
public sealed class MilvusDashboardTests : DashboardStories
{
    private const string Apps = "apps/v1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected override async Task<ClusterStage> StartAsync() => await EmbeddedStage.StartAsync();

    [Fact]
    public async Task A_sidecar_gets_a_ConfigMap_for_each_where_it_watches()
    {
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Stack);
        Watch(stage, """[{"name":"LABEL","value":"grafana_dashboard"},{"name":"LABEL_VALUE","value":"1"},{"name":"NAMESPACE","value":"boards"}]""");
        stage.Put("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"boards"}}""");

        var made = await DashboardsAsync(stage, Install + "Overview");

        Assert.Equal(
            (DashboardMethod.Sidecar, "ConfigMap/boards/milvus-dashboard-overview"),
            (Assert.Single(made).Method!.Value, made[0].Where));
        var map = stage.Cluster.Find("v1", "ConfigMap", "boards", "milvus-dashboard-overview")!;
        Assert.Equal("1", (string?)map["metadata"]!["labels"]!["grafana_dashboard"]);
        Assert.Equal(["milvus-overview.json"], map["data"]!.AsObject().Select(item => item.Key));
        Assert.Equal(ResourceAction.Unchanged, (await DashboardsAsync(stage, Install + "Overview"))[0].Action);

        // A label that the sidecar no longer watches is put right; an object of somebody else is not touched.
        Watch(stage, """[{"name":"LABEL","value":"dashboards_here"},{"name":"NAMESPACE","value":"boards"}]""");
        Assert.Equal(ResourceAction.Configured, (await DashboardsAsync(stage, Install + "Overview"))[0].Action);
        stage.Put("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"milvus-dashboard-data","namespace":"boards"},"data":{"a":"b"}}""");
        var refused = await stage.RunAsync(Install);
        Assert.Contains("was made by somebody else", refused.OnlyError(ErrorId.FieldConflict).ToString(), StringComparison.Ordinal);
        Assert.Equal(MilvusDashboards.All.Count, refused.OutputOf<MilvusDashboard>().Count);

        // Another uid that makes the same name must not take the place of ours.
        stage.WriteFile("overview.json", """{"uid":"overview","title":"Theirs","panels":[]}""");
        Assert.Contains(
            "holds the dashboard milvus-overview",
            (await stage.RunAsync($"{Install} -Path '{stage.Folder}/overview.json'")).OnlyError(ErrorId.FieldConflict).ToString(),
            StringComparison.Ordinal);

        (await stage.RunAsync("Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        var left = stage.Cluster.List("v1", "ConfigMap", "boards").Select(item => (string)item["metadata"]!["name"]!);
        Assert.Equal(["milvus-dashboard-data"], left.Where(name => name.StartsWith("milvus", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_Grafana_Operator_gets_a_resource_for_each_and_two_Grafanas_are_named()
    {
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Stack);
        await stage.DefineAsync("grafana.integreatly.org", "v1beta1", "grafanas", "Grafana");
        await stage.DefineAsync("grafana.integreatly.org", "v1beta1", "grafanadashboards", "GrafanaDashboard");
        stage.Put("""{"apiVersion":"grafana.integreatly.org/v1beta1","kind":"Grafana","metadata":{"name":"main","namespace":"monitoring"},"spec":{}}""");

        var error = (await stage.RunAsync(Install)).OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains("2 Grafanas are in", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Grafana/monitoring/main", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "has no label",
            (await stage.RunAsync(Install + "-GrafanaName main")).OnlyError(ErrorId.DashboardInvalid).ToString(),
            StringComparison.Ordinal);

        stage.Cluster.Put(JsonNode.Parse(
            """{"apiVersion":"grafana.integreatly.org/v1beta1","kind":"Grafana","metadata":{"name":"main","namespace":"monitoring","labels":{"dashboards":"main"}},"spec":{}}""")!.AsObject());
        var made = await DashboardsAsync(stage, Install + "Overview -GrafanaName main");
        Assert.Equal((DashboardMethod.GrafanaOperator, "main"), (Assert.Single(made).Method!.Value, made[0].GrafanaName));
        var board = stage.Cluster.Find("grafana.integreatly.org/v1beta1", "GrafanaDashboard", "monitoring", "milvus-dashboard-overview")!;
        Assert.Equal("main", (string?)board["spec"]!["instanceSelector"]!["matchLabels"]!["dashboards"]);
        Assert.Contains("\"milvus-overview\"", (string)board["spec"]!["json"]!, StringComparison.Ordinal);

        // The object of the pipeline leads to its own Grafana.
        var gone = await DashboardsAsync(stage, "Get-MilvusDashboard -Kubeconfig $c -GrafanaName main 3> $null | Uninstall-MilvusDashboard -Confirm:$false");
        Assert.Equal(ResourceAction.Deleted, Assert.Single(gone).Action);
    }

    [Fact]
    public async Task A_Grafana_that_takes_none_and_no_Grafana_at_all()
    {
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Stack);
        Change(stage, spec => spec.Remove("volumes"));
        Assert.Contains(
            "mounts no ConfigMap with dashboards",
            (await stage.RunAsync(Install)).OnlyError(ErrorId.DashboardInvalid).ToString(),
            StringComparison.Ordinal);
        stage.Cluster.Remove(Apps, "Deployment", "monitoring", "grafana");
        Assert.Contains(
            "No Grafana is in",
            (await stage.RunAsync(Install)).OnlyError(ErrorId.ObjectNotFound).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dashboard_that_fills_the_ConfigMap_goes_elsewhere_and_one_that_is_too_large_is_refused()
    {
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Stack);
        stage.WriteFile("large.json", Large("large", 700));
        stage.WriteFile("second.json", Large("second", 700));
        stage.WriteFile("huge.json", Large("huge", 1100));
        var made = await DashboardsAsync(stage, $"{Install} -Path '{stage.Folder}/large.json', '{stage.Folder}/second.json'");
        Assert.Equal(
            ["ConfigMap/monitoring/grafana-dashboard-nodes, key large.json", "ConfigMap/monitoring/grafana-dashboard-apiserver, key second.json"],
            made.Select(item => item.Where));
        var refused = await stage.RunAsync($"{Install} -Path '{stage.Folder}/huge.json'");
        Assert.Contains("has 1100 KiB", refused.OnlyError(ErrorId.DashboardInvalid).ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await DashboardsAsync(stage, "Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false")).Count);
    }

    [Fact]
    public async Task A_ConfigMap_that_GitOps_keeps_is_doubted()
    {
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Stack);
        var map = stage.Cluster.Find("v1", "ConfigMap", "monitoring", "grafana-dashboard-nodes")!;
        map["metadata"]!["annotations"] = new JsonObject { ["argocd.argoproj.io/tracking-id"] = "a" };
        map["metadata"]!.AsObject().Remove("managedFields");
        stage.Cluster.Put(map, "argocd-controller");
        var result = (await stage.RunAsync(Install + "Overview")).EnsureNoError();
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Argo CD manages ConfigMap/monitoring/grafana-dashboard-nodes, and may remove the dashboards", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Grafana_itself_gets_them_by_its_API_and_keeps_what_people_have_made()
    {
        await using var grafana = await GrafanaStandIn.StartAsync(null, Token);
        await using var stage = (EmbeddedStage)await StartAsync(StartingPoint.Bare);
        var signedIn = $"-GrafanaUri {grafana.Address} -GrafanaCredential "
            + "([pscredential]::new('admin', [Net.NetworkCredential]::new('', 'admin').SecurePassword))";

        (await stage.RunAsync($"{Install} -GrafanaUri {grafana.Address}")).OnlyError(ErrorId.NotAuthenticated);
        var made = await DashboardsAsync(stage, $"{Install} {signedIn} -Wait");
        Assert.All(made, item => Assert.Equal((ResourceAction.Created, DashboardMethod.Api), (item.Action!.Value, item.Method!.Value)));
        Assert.All(made, item => Assert.True(item.IsShown));
        Assert.Equal(new Uri(grafana.Address, "/d/milvus-overview/milvus-overview").ToString(), made[0].Url);
        Assert.All(await DashboardsAsync(stage, $"{Install} {signedIn}"), item => Assert.Equal(ResourceAction.Unchanged, item.Action));

        stage.WriteFile("made.json", """{"uid":"milvus-made","title":"Milvus by hand","panels":[]}""");
        using var http = new HttpClient { BaseAddress = grafana.Address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("admin:admin"u8));
        using var body = new StringContent("""{"dashboard":{"uid":"milvus-made","title":"Milvus by hand","panels":[]},"overwrite":false}""");
        (await http.PostAsync(new Uri("api/dashboards/db", UriKind.Relative), body, Token)).EnsureSuccessStatusCode();
        var taken = await stage.RunAsync($"{Install} {signedIn} -Path '{stage.Folder}/made.json'");
        Assert.Contains("already has a dashboard with the uid milvus-made", taken.OnlyError(ErrorId.DashboardTaken).ToString(), StringComparison.Ordinal);

        var shown = (await stage.RunAsync($"Get-MilvusDashboard -Kubeconfig $c {signedIn}")).EnsureNoError().OutputOf<MilvusDashboard>().ToList();
        Assert.Null(Assert.Single(shown, item => item.Uid == "milvus-made").Method);

        // A copy has the tags of the original, and is somebody's own.
        using var copy = new StringContent(
            """{"dashboard":{"uid":"copy","title":"Milvus copy","tags":["milvus-monitoring","milvus-monitoring:milvus-overview"],"panels":[]}}""");
        (await http.PostAsync(new Uri("api/dashboards/db", UriKind.Relative), copy, Token)).EnsureSuccessStatusCode();
        Assert.Equal(MilvusDashboards.All.Count, (await DashboardsAsync(stage, $"Uninstall-MilvusDashboard -Kubeconfig $c {signedIn} -Confirm:$false")).Count);
        var own = (await stage.RunAsync($"Get-MilvusDashboard -Kubeconfig $c {signedIn}")).OutputOf<MilvusDashboard>();
        Assert.Equal(["copy", "milvus-made"], own.Select(item => item.Uid).Order());

        // What names no dashboard does not stand for all.
        (await stage.RunAsync($"[pscustomobject]@{{ Title = 'x' }} | Uninstall-MilvusDashboard -Kubeconfig $c {signedIn}"))
            .OnlyError(ErrorId.ParameterInvalid);
    }

    private static string Large(string uid, int kibibytes)
    {
        var frame = $$"""{"uid":"{{uid}}","title":"{{uid}}","panels":[],"description":""}""";
        return frame.Insert(frame.Length - 2, new string('x', (kibibytes << 10) - frame.Length));
    }

    private static void Watch(EmbeddedStage stage, string variables) => Change(stage, spec => spec["containers"]!.AsArray().Add(new JsonObject
    {
        ["name"] = $"grafana-sc-dashboard-{spec["containers"]!.AsArray().Count}",
        ["image"] = "quay.io/kiwigrid/k8s-sidecar:1.25.2",
        ["env"] = JsonNode.Parse(variables),
    }));

    private static void Change(EmbeddedStage stage, Action<JsonObject> change)
    {
        var deployment = stage.Cluster.Find(Apps, "Deployment", "monitoring", "grafana")!;
        deployment["metadata"]!.AsObject().Remove("managedFields");
        var spec = deployment["spec"]!["template"]!["spec"]!.AsObject();
        foreach (var sidecar in spec["containers"]!.AsArray().Skip(1).ToList())
        {
            spec["containers"]!.AsArray().Remove(sidecar);
        }

        change(spec);
        stage.Cluster.Put(deployment, "somebody");
    }
}
