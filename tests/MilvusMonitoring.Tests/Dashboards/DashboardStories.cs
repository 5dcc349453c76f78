using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>Dashboards in the ConfigMaps that kube-prometheus's Grafana mounts, on any cluster.</summary>
public abstract class DashboardStories : ClusterStories
{
    private protected const string Manager = "milvus-monitoring-dashboards";
    private protected const string Install = "Install-MilvusDashboard -Kubeconfig $c ";
    private const string Mounted = "grafana-dashboard-nodes";
    private const string Namespace = "monitoring";

    [Fact]
    public async Task Dashboards_are_keys_that_stay_until_they_are_taken_away()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = await ReadAsync(stage);

        var plan = await DashboardsAsync(stage, Install + "-WhatIf");
        Assert.Equal(MilvusDashboards.All.Select(item => item.Uid), plan.Select(item => item.Uid));
        Assert.All(plan, item => Assert.Equal((ResourceAction.ToCreate, true), (item.Action!.Value, item.IsPlan)));
        Assert.Equal(before.ToJsonString(), (await ReadAsync(stage)).ToJsonString());

        var made = await DashboardsAsync(stage, Install);
        Assert.All(made, item => Assert.Equal(ResourceAction.Created, item.Action));
        Assert.All(made, item => Assert.Equal(DashboardMethod.MountedConfigMap, item.Method));
        Assert.Equal($"ConfigMap/{Namespace}/{Mounted}, key milvus-overview.json", made[0].Where);
        await EnsureInstalledAsync(stage, before);

        stage.ForgetWrites();
        Assert.All(await DashboardsAsync(stage, Install), item => Assert.Equal(ResourceAction.Unchanged, item.Action));
        Assert.Empty(stage.Writes);
        Assert.All(Assert.Single(await stage.GetAsync()).Resources, resource => Assert.Null(resource.Drift));

        var one = await DashboardsAsync(stage, "Uninstall-MilvusDashboard Overview -Kubeconfig $c -Confirm:$false");
        Assert.Equal(("milvus-overview", ResourceAction.Deleted), (Assert.Single(one).Uid, one[0].Action));
        Assert.Equal(MilvusDashboards.All.Count, (await ReadAsync(stage))["data"]!.AsObject().Count);
        Assert.Equal(MilvusDashboards.All.Count - 1, (await DashboardsAsync(stage, "Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false")).Count);

        // The ConfigMap is as kube-prometheus has it: its data, and no trace of another field manager.
        var after = await ReadAsync(stage);
        Assert.Equal(before["data"]!.ToJsonString(), after["data"]!.ToJsonString());
        Assert.DoesNotContain(Managers(after), manager => manager == Manager);
        Assert.Empty(await DashboardsAsync(stage, "Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false"));
    }

    [Fact]
    public async Task Another_installation_another_release_and_a_deleted_ConfigMap()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = await ReadAsync(stage);
        await DashboardsAsync(stage, Install);

        Assert.All((await stage.InstalledAsync()).Resources, resource => Assert.Equal(ResourceAction.Unchanged, resource.Action));
        var other = stage.CopyManifests("other", folder =>
        {
            var path = Path.Combine(folder, "grafana-dashboardDefinitions.yaml");
            File.WriteAllText(path, File.ReadAllText(path).Replace("app.kubernetes.io/version: 13.0.2", "app.kubernetes.io/version: 13.1.3", StringComparison.Ordinal));
        });
        Assert.Contains((await stage.InstalledAsync(path: other)).Resources, resource => resource.Action == ResourceAction.Configured);
        await EnsureInstalledAsync(stage, before);

        // Nobody makes a ConfigMap again that somebody has deleted: the others that Grafana mounts have room.
        await stage.Objects.RemoveAsync("v1", "ConfigMap", Namespace, Mounted);
        var again = await DashboardsAsync(stage, Install + "Overview");
        Assert.Equal($"ConfigMap/{Namespace}/grafana-dashboard-apiserver, key milvus-overview.json", Assert.Single(again).Where);
        Assert.Null(await stage.Objects.FindAsync("v1", "ConfigMap", Namespace, Mounted));
        await stage.InstalledAsync("-ForceConflicts");
        await DashboardsAsync(stage, "Uninstall-MilvusDashboard -Kubeconfig $c -Confirm:$false");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--server-side")]
    public async Task Kubectl_applies_the_manifests_again_and_leaves_them(string how)
    {
        var kubectl = Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } named ? named : "kubectl";
        Assert.SkipUnless(File.Exists(kubectl) || Testing.Programs.OnPath(kubectl), "kubectl is not on PATH, and KUBECTL does not name it.");
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = await ReadAsync(stage);
        await DashboardsAsync(stage, Install);

        var definitions = Directory.EnumerateFiles(stage.Release, "grafana-dashboardDefinitions.yaml", SearchOption.AllDirectories).Single();
        string[] more = how.Length > 0 ? [how] : [];
        string[] arguments = ["apply", .. more, "-f", definitions, "--kubeconfig", stage.Kubeconfig];
        for (var times = 0; times < 2; times++)
        {
            var applied = await ChildProcess.RunAsync(kubectl, arguments, Limits.Wait);
            Assert.True(applied.ExitCode == 0, applied.Errors);
        }

        await EnsureInstalledAsync(stage, before);
        await DashboardsAsync(stage, "Uninstall-MilvusDashboard -Kubeconfig $c");
        Assert.Equal(before["data"]!.ToJsonString(), (await ReadAsync(stage))["data"]!.ToJsonString());

        // A server that is kept for the next story is to know nothing of kubectl.
        foreach (var map in (await stage.Objects.ListAsync("v1", "ConfigMap", Namespace)).Where(map => Managers(map).Any(IsKubectl)))
        {
            await stage.Objects.RemoveAsync("v1", "ConfigMap", Namespace, (string)map["metadata"]!["name"]!);
        }

        static bool IsKubectl(string? manager) => manager?.StartsWith("kubectl", StringComparison.Ordinal) is true;
    }

    [Fact]
    public async Task Files_of_others_are_installed_as_they_are_and_what_is_wrong_with_them_is_said()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        const string Text = """{"uid":"theirs","title":"Theirs","panels":[{"type":"graph","title":"a","datasource":"P1","targets":[{"expr":"up"}]},{"type":"their-panel"}]}""";
        stage.WriteFile("theirs.json", Text);
        stage.WriteFile("none.json", "[]");
        stage.WriteFile("v2.json", """{"apiVersion":"dashboard.grafana.app/v2","kind":"Dashboard","metadata":{},"spec":{"elements":{}}}""");
        stage.WriteFile("untitled.json", """{"panels":[]}""");
        stage.WriteFile("long.json", """{"uid":"a b","title":"a","panels":[]}""");

        var theirs = Assert.Single(await DashboardsAsync(stage, $"{Install} -Path '{stage.Folder}/th*.json'"));
        Assert.Equal(
            "it names the data source P1; 1 panel is of the type graph, which Grafana 12 no longer has; "
                + "it needs the plugin their-panel, which Grafana does not bring (-Repair mends data sources and old types)",
            theirs.Message);
        Assert.Equal(Text, (string?)(await ReadAsync(stage))["data"]!["theirs.json"]);

        var repaired = Assert.Single(await DashboardsAsync(stage, $"{Install} -Path '{stage.Folder}/theirs.json' -Repair"));
        Assert.Equal(ResourceAction.Configured, repaired.Action);
        Assert.Contains("\"timeseries\"", (string)(await ReadAsync(stage))["data"]!["theirs.json"]!, StringComparison.Ordinal);

        foreach (var (file, reason) in (List<(string, string)>)
            [("none.json", "is not a JSON object"), ("long.json", "which Grafana does not accept"), ("*.nothing", "No file is named"), ("nowhere/*.json", "No file is named"), ("[a", "No file is named"), ("nowhere:/*.json", "No file is named"), ("v2.json", "newer API"), ("untitled.json", "has no title"), ("absent.json", "cannot be read"), (".", "is a folder")])
        {
            var error = (await stage.RunAsync($"{Install} -Path '{stage.Folder}/{file}'")).OnlyError(ErrorId.DashboardInvalid);
            Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
        }

        var mixed = await stage.RunAsync($"{Install} -Path '{stage.Folder}/none.json', '{stage.Folder}/theirs.json', '{stage.Folder}/no*.txt'");
        Assert.Equal(2, mixed.Errors.Count);
        Assert.Single(mixed.OutputOf<MilvusDashboard>());

        (await stage.RunAsync(Install + "Overvew")).OnlyError(ErrorId.DashboardNotFound);
        (await stage.RunAsync(Install + "-RunbookUri runbooks")).OnlyError(ErrorId.ParameterInvalid);
        (await stage.RunAsync("Uninstall-MilvusDashboard milvus-overview -Kubeconfig $c -Confirm:$false")).OnlyError(ErrorId.DashboardNotFound);
        await DashboardsAsync(stage, "Uninstall-MilvusDashboard theirs -Kubeconfig $c -Confirm:$false");
    }

    private protected static async Task<IReadOnlyList<MilvusDashboard>> DashboardsAsync(ClusterStage stage, string script) =>
        [.. (await stage.RunAsync(script)).EnsureNoError().OutputOf<MilvusDashboard>()];

    private protected static async Task<JsonObject> ReadAsync(ClusterStage stage) =>
        (await stage.Objects.FindAsync("v1", "ConfigMap", Namespace, Mounted))!;

    /// <summary>The keys of kube-prometheus and ours, each as it is wanted.</summary>
    private protected static async Task EnsureInstalledAsync(ClusterStage stage, JsonObject before)
    {
        var live = await ReadAsync(stage);
        var data = live["data"]!.AsObject();
        foreach (var (key, value) in before["data"]!.AsObject())
        {
            Assert.Equal((string?)value, (string?)data[key]);
        }

        foreach (var dashboard in MilvusDashboards.Create([], new DashboardOptions()))
        {
            Assert.Equal(System.Text.Encoding.UTF8.GetString(dashboard.Json.Span), (string?)data[$"{dashboard.Uid}.json"]);
        }

        Assert.Contains(Manager, Managers(live));
    }

    private static IEnumerable<string?> Managers(JsonObject live) =>
        live["metadata"]!["managedFields"]!.AsArray().Select(entry => (string?)entry!["manager"]);
}
