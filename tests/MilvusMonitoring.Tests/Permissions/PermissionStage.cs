using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Tests.Verification;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>A cluster with a stack and a Milvus, and users who hold some rights in it.</summary>
internal sealed class PermissionStage : IAsyncDisposable
{
    public const string StackNamespace = "monitoring";
    public const string MilvusNamespace = "milvus";

    /// <summary>Where a stack of kinds is installed and uninstalled.</summary>
    private const string KindsNamespace = "kinds";

    /// <summary>Where a stack with a definition is installed and uninstalled.</summary>
    private const string DefinedNamespace = "defined";

    /// <summary>The namespace that a stack makes and that goes with it.</summary>
    private const string FreshNamespace = "fresh";

    /// <summary>As many objects of a kind as a command lists, and does not get one by one.</summary>
    private const int Several = 4;

    private static readonly string[] s_folders = ["shown", "many", "few", "fresh", "defined"];

    private const string Group = "monitoring.coreos.com/v1";

    private PrometheusStub? _prometheus;
    private GrafanaStandIn? _grafana;
    private MonitoredAlertmanager? _alertmanager;
    private RightsPlay? _prepared;

    public PermissionStage(ClusterStage stage) => (Stage, Admin) = (stage, new ServerAdmin(stage.Kubeconfig));

    public ClusterStage Stage { get; }

    public ServerAdmin Admin { get; }

    public MonitoredAlertmanager? Alertmanager => _alertmanager;

    /// <summary>A real server is Kubernetes 1.20.</summary>
    private string PolicyVersion => Stage is Stage ? "policy/v1" : "policy/v1beta1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Fills a stage that has the small stack.</summary>
    public static async Task<PermissionStage> FillAsync(ClusterStage stage)
    {
        var filled = new PermissionStage(stage);
        try
        {
            await filled.FillAsync();
            return filled;
        }
        catch
        {
            await filled.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes the manifests of stacks of kinds for a stage without a stack.</summary>
    public static async Task<PermissionStage> WriteStacksAsync(ClusterStage stage)
    {
        var filled = new PermissionStage(stage);
        try
        {
            await filled.WriteStacksAsync();
            return filled;
        }
        catch
        {
            await filled.DisposeAsync();
            throw;
        }
    }

    public static string? NamespaceOf(RightPlace place) => place switch
    {
        RightPlace.Stack => StackNamespace,
        RightPlace.Milvus => MilvusNamespace,
        _ => null,
    };

    /// <summary>Runs a script in which <c>$c</c> is the kubeconfig, and tells what it said.</summary>
    public async Task<string> RunAsync(string script, string? kubeconfig = null)
    {
        var result = await Stage.RunAsync(WithFolders(script), kubeconfig);
        return RunOutcome.Describe(result, kubeconfig ?? Stage.Kubeconfig);
    }

    /// <summary>Makes the cluster be as a play begins, and waits until nothing changes there by itself.</summary>
    /// <param name="play">The play.</param>
    /// <param name="missing">The right that the next run lacks; null for none.</param>
    public async Task PrepareAsync(RightsPlay play, Right? missing)
    {
        if (play.RemovesIn is { } place)
        {
            await RemoveAsync(place, missing);
        }

        if (play.Before is null || (play == _prepared && Stage.Writes.Count == 0))
        {
            return;
        }

        if (play.IsAnew && play != _prepared)
        {
            await Stage.InstalledAsync("-ForceConflicts");
        }

        await Stage.RunAsync(WithFolders(play.Before));
        await (_alertmanager?.LoadedAsync(Token) ?? Task.CompletedTask);
        if (Stage is Stage embedded)
        {
            await embedded.SettledAsync();
        }

        _prepared = play;
        Stage.ForgetWrites();
    }

    public async ValueTask DisposeAsync()
    {
        if (_alertmanager is not null)
        {
            await _alertmanager.DisposeAsync();
        }

        if (_grafana is not null)
        {
            await _grafana.DisposeAsync();
        }

        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }

        Admin.Dispose();
        await Stage.DisposeAsync();
    }

    private async Task WriteStacksAsync()
    {
        var isNew = Stage is Stage;
        foreach (var (plural, kind) in (IEnumerable<(string, string)>)[
            ("prometheuses", "Prometheus"), ("alertmanagers", "Alertmanager"), ("prometheusrules", "PrometheusRule"),
            ("servicemonitors", "ServiceMonitor"), ("podmonitors", "PodMonitor")])
        {
            if (!await Stage.Objects.TellsOfAsync(Group, kind))
            {
                await Stage.DefineAsync("monitoring.coreos.com", "v1", plural, kind);
            }
        }

        foreach (var ns in (string[])[StackNamespace, MilvusNamespace, KindsNamespace, DefinedNamespace])
        {
            await Stage.PutAsync($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}"} }""");
        }

        var policy = PolicyVersion;
        var definitions = isNew ? KindStack.WriteDefinitions(1, "kept") + KindStack.WriteApi(StackNamespace) : "";
        var shown = KindStack.WriteNamespace(StackNamespace) + definitions;
        Stage.WriteFile("shown/all.yaml", shown + KindStack.WriteKinds(StackNamespace, 1, policy));
        var many = KindStack.WriteNamespace(StackNamespace) + KindStack.WriteKinds(StackNamespace, Several, policy);
        Stage.WriteFile("many/all.yaml", many + (isNew ? KindStack.WriteDefinitions(Several, "kept") : ""));
        Stage.WriteFile("few/all.yaml", KindStack.WriteKinds(KindsNamespace, 1, policy));
        Stage.WriteFile("fresh/all.yaml", KindStack.WriteNamespace(FreshNamespace) + KindStack.WriteConfigMap(FreshNamespace));
        var defined = KindStack.WriteConfigMap(DefinedNamespace) + KindStack.WriteDefinitions(1, "things");
        Stage.WriteFile("defined/all.yaml", defined + (isNew ? KindStack.WriteApi(DefinedNamespace) : ""));
    }

    /// <summary>Writes the path of a folder in place of its name in braces.</summary>
    private string WithFolders(string script) =>
        s_folders.Aggregate(script, (text, name) => text.Replace($"{{{name}}}", Path.Combine(Stage.Folder, name), StringComparison.Ordinal));

    /// <summary>Deletes what a right is needed for, or one object of each kind.</summary>
    private async Task RemoveAsync(string ns, Right? right)
    {
        if (ns == FreshNamespace)
        {
            await Stage.Objects.EndAsync("v1", "Namespace", null, ns);
            return;
        }

        var resource = right switch
        {
            { Verb: "bind", Resource: "roles" } => "rolebindings",
            { Verb: "bind" } => "clusterrolebindings",
            _ => right?.Resource,
        };
        if (ns == DefinedNamespace && resource is null or "customresourcedefinitions")
        {
            await Stage.Objects.EndAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "things0.rights.example.com");
        }

        if (ns == DefinedNamespace && resource is null or "apiservices")
        {
            await Stage.Objects.EndAsync("apiregistration.k8s.io/v1", "APIService", null, KindStack.NameOfApi(ns));
            await Stage.Objects.EndAsync("v1", "Service", ns, "api");
        }

        foreach (var (apiVersion, kind, isNamespaced) in KindStack.List(resource, PolicyVersion))
        {
            await Stage.Objects.EndAsync(apiVersion, kind, isNamespaced ? ns : null, KindStack.NameOf(ns));
        }
    }

    private async Task FillAsync()
    {
        var milvus = new SampleMilvus { Namespace = MilvusNamespace, AppVersion = "2.4.4", Image = "milvusdb/milvus:v2.4.4" };
        await Stage.PutAsync(milvus);
        await Stage.PutWorkloadAsync(milvus);
        await Stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        await Stage.PutAsync(
            $$"""
            {"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"operated","namespace":"{{MilvusNamespace}}"},
             "spec":{"mode":"standalone","components":{"version":"v2.6.15"} } }
            """);
        await Stage.DefineAsync("operator.victoriametrics.com", "v1beta1", "vmagents", "VMAgent");
        await Stage.PutAsync(
            $$"""{"apiVersion":"operator.victoriametrics.com/v1beta1","kind":"VMAgent","metadata":{"name":"agent","namespace":"{{StackNamespace}}"},"spec":{} }""");
        await Stage.PutAsync(
            $$"""
            {"apiVersion":"{{Group}}","kind":"PodMonitor","metadata":{"name":"operated","namespace":"{{MilvusNamespace}}"},
             "spec":{"selector":{"matchLabels":{"app.kubernetes.io/instance":"operated","app.kubernetes.io/name":"milvus"} },"podMetricsEndpoints":[{"port":"metrics"}]} }
            """);
        (await Stage.RunAsync($"Enable-MilvusServiceMonitor my-release -Namespace {MilvusNamespace} -Kubeconfig $c")).EnsureNoError();
        (await Stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        (await Stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        (await Stage.RunAsync($"Enable-MilvusAlertRule my-release -Namespace {MilvusNamespace} -Kubeconfig $c")).EnsureNoError();
        if (Stage is Stage embedded)
        {
            await ServeAsync(embedded);
        }

        (await Stage.RunAsync("Install-MilvusDashboard Overview -Kubeconfig $c")).EnsureNoError();
    }

    /// <summary>Has stand-ins answer behind the pods.</summary>
    private async Task ServeAsync(Stage embedded)
    {
        _prometheus = await PrometheusStub.StartAsync();
        const string Pool = $"serviceMonitor/{MilvusNamespace}/my-release-milvus/0";
        _prometheus.Jobs.Add(Pool);
        foreach (var pod in embedded.Cluster.List("v1", "Pod", MilvusNamespace))
        {
            var address = (string?)pod["status"]!["podIP"];
            _prometheus.Targets.Add(
                new StubTarget(Pool, $"{address}:9091", new Dictionary<string, string>
                {
                    ["job"] = "my-release-milvus",
                    ["instance"] = $"{address}:9091",
                    ["namespace"] = MilvusNamespace,
                    ["pod"] = (string)pod["metadata"]!["name"]!,
                    ["app_kubernetes_io_name"] = "milvus",
                    ["app_kubernetes_io_instance"] = "my-release",
                }));
        }

        _prometheus.Rules = ListRules(embedded.Cluster);
        _prometheus.Alerts = [
            new JsonObject
            {
                ["labels"] = new JsonObject { ["alertname"] = "MilvusDown", ["severity"] = "critical", ["namespace"] = MilvusNamespace },
                ["annotations"] = new JsonObject(),
                ["state"] = "firing",
                ["activeAt"] = "2026-01-01T00:00:00Z",
                ["value"] = "1e+00",
            },
        ];
        _grafana = await GrafanaStandIn.StartAsync(_prometheus.Address, Token);
        _grafana.Files = () => ListDashboards(embedded.Cluster);
        _alertmanager = await MonitoredAlertmanager.StartAsync(embedded.Cluster, real: false, Token);
        _alertmanager.StandIn!.Pretends = true;
        var backends = embedded.Cluster.Backends;
        backends.Serve(StackNamespace, "app.kubernetes.io/name=prometheus", 9090, new IPEndPoint(IPAddress.Loopback, _prometheus.Address.Port));
        backends.Serve(StackNamespace, "app.kubernetes.io/name=grafana", 3000, new IPEndPoint(IPAddress.Loopback, _grafana.Address.Port));
    }

    /// <summary>The groups of the rules, as a Prometheus shows them that has evaluated each.</summary>
    private static JsonArray ListRules(Cluster cluster) => [
        .. cluster.List(Group, "PrometheusRule")
            .SelectMany(item => item["spec"]!["groups"]?.AsArray() ?? [])
            .Select(group => new JsonObject
            {
                ["name"] = (string?)group!["name"],
                ["file"] = "rules.yaml",
                ["rules"] = new JsonArray([
                    .. group["rules"]!.AsArray().Where(rule => rule!["alert"] is not null).Select(rule => new JsonObject
                    {
                        ["type"] = "alerting",
                        ["name"] = (string?)rule!["alert"],
                        ["query"] = (string?)rule["expr"],
                        ["labels"] = rule["labels"]?.DeepClone(),
                        ["health"] = "ok",
                        ["state"] = "inactive",
                        ["alerts"] = new JsonArray(),
                        ["lastEvaluation"] = "2026-01-01T00:00:00Z",
                    }),
                ]),
            }),
    ];

    /// <summary>The keys of the ConfigMap that Grafana mounts, as files.</summary>
    private static Dictionary<string, string> ListDashboards(Cluster cluster) =>
        cluster.Find("v1", "ConfigMap", StackNamespace, "grafana-dashboard-nodes")!["data"]!.AsObject()
            .ToDictionary(entry => "nodes/" + entry.Key, entry => (string)entry.Value!);
}
