using System.Management.Automation;
using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Tests.Verification;

namespace MilvusMonitoring.Tests.Printing;

/// <summary>
/// Every command on a cluster whose texts a terminal or an agent would obey: no stream and no property has them as they are.
/// </summary>
public sealed class HostileClusterTests
{
    private const string Apps = "/apis/apps/v1/namespaces/monitoring";

    private readonly List<string> _printed = [];

    [Fact]
    public async Task No_command_prints_what_a_terminal_or_an_agent_obeys()
    {
        await using var stage = await Stage.StartAsync();
        var faults = stage.Cluster.Faults;
        var version = new JsonObject { ["major"] = "1", ["minor"] = "36", ["gitVersion"] = Hostile.Around("gitversion") };
        faults.Add("GET", "/version", Body(version), times: null);
        faults.Add("PATCH", "/services/grafana?", Refusal("admission"));
        await RunAsync(stage, "Install-KubePrometheus -Path $path -WhatIf");
        await RunAsync(stage, "Install-KubePrometheus -Path $path -Confirm:$false");
        (await stage.InstallAsync()).EnsureNoError();
        await FillAsync(stage);

        await RunAsync(stage, "Get-KubePrometheus");
        await RunAsync(stage, "Get-MilvusInstance");
        await RunAsync(stage, "Get-MilvusServiceMonitor");
        await RunAsync(stage, "Enable-MilvusServiceMonitor good");
        await RunAsync(stage, "Enable-MilvusServiceMonitor failed");
        await RunAsync(stage, "Disable-MilvusServiceMonitor good");
        await RunAsync(stage, "Disable-MilvusServiceMonitor nothing");
        await RunAsync(stage, "Test-MilvusMonitoring");
        await RunAsync(stage, "Get-MilvusInstance | Test-MilvusMonitoring");
        stage.Session.Host.Answer("Yes");
        await RunAsync(stage, "Grant-PrometheusMilvusAccess -ClusterRole $role -Confirm");
        await RunAsync(stage, "Revoke-PrometheusMilvusAccess -ClusterRole $role -WhatIf");
        await RunAsync(stage, "Grant-PrometheusMilvusAccess -ClusterRole ($role + 'missing') -WhatIf");
        faults.Add("*", "/clusterroles/", Refusal("denied"), times: null);
        await RunAsync(stage, "Grant-PrometheusMilvusAccess -Confirm:$false");
        await RunAsync(stage, "Test-MilvusMonitoring");
        faults.Add("*", "/services", Refusal("service"), times: null);
        await RunAsync(stage, "Start-MonitoringPortForward Grafana");
        await RunAsync(stage, "Get-MilvusServiceMonitor");
        faults.Clear();
        faults.Add("DELETE", "/serviceaccounts/grafana", Refusal("deletion"), times: null);
        await RunAsync(stage, "Uninstall-KubePrometheus -WhatIf");
        await RunAsync(stage, "Uninstall-KubePrometheus -Confirm:$false -Timeout 1");
        _printed.AddRange(stage.Session.Host.Questions);
        _printed.AddRange(stage.Complete($"Grant-PrometheusMilvusAccess -Kubeconfig '{stage.Kubeconfig}' -ClusterRole "));

        Assert.Empty(_printed.Where(text => Hostile.Find(text, areLines: true) is not null).ToList());
        var sources = (string[])
            [
                "gitversion", "admission", "condition", "chartversion", "appversion", "releasestatus", "fullname", "interval", "manager",
                "operatorstatus", "operatorversion", "role", "denied", "service", "deletion",
            ];
        Assert.All(sources, source =>
            Assert.True(_printed.Any(text => text.Contains(source, StringComparison.Ordinal)), $"{source} is printed nowhere"));
    }

    private static Fault Refusal(string word) =>
        Fault.Answer(HttpStatusCode.Forbidden, "Forbidden", $"admission webhook \"a.b\" denied the request: {Hostile.Around(word)}");

    private static Fault Body(JsonObject body) => new(FaultKind.Status) { StatusCode = 200, Body = body };

    private static async Task FillAsync(Stage stage)
    {
        var role = stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s")!;
        role["metadata"] = new JsonObject { ["name"] = Hostile.Around("role") };
        stage.Cluster.Put(role);

        var grafana = stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana")!;
        grafana["status"] = JsonNode.Parse("""{"observedGeneration":99,"conditions":[{"type":"Progressing","status":"False"}]}""");
        grafana["status"]!["conditions"]![0]!["message"] = Hostile.Around("condition");
        stage.Cluster.Faults.Add("GET", Apps + "/deployments/grafana", Body(grafana), times: null);

        var good = new SampleMilvus
        {
            Name = "good",
            ChartVersion = Hostile.Around("chartversion"),
            AppVersion = Hostile.Around("appversion"),
            Values = JsonNode.Parse("""{"cluster":{"enabled":false}}""")!.AsObject(),
        };
        good.PutInto(stage.Cluster);
        Relabelled(stage, new SampleMilvus { Name = "failed", Status = Hostile.Around("releasestatus") });
        var named = new JsonObject { ["fullnameOverride"] = Hostile.Around("fullname") };
        Relabelled(stage, new SampleMilvus { Name = "named", Values = named });
        var monitor = JsonNode.Parse("""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"other","namespace":"default"},
             "spec":{"selector":{"matchLabels":{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"good"}},
                     "endpoints":[{"port":"metrics"}]}}
            """)!.AsObject();
        monitor["spec"]!["endpoints"]![0]!["interval"] = Hostile.Around("interval");
        stage.Cluster.Put(monitor, Hostile.Around("manager"));

        await stage.PutOperatedAsync();
        var operated = stage.Cluster.Find("milvus.io/v1beta1", "Milvus", "default", "my-release")!;
        operated["status"] = new JsonObject { ["status"] = Hostile.Around("operatorstatus") };
        operated["spec"]!["components"]!["version"] = Hostile.Around("operatorversion");
        stage.Cluster.Put(operated);
    }

    // A label cannot hold what the record does.
    private static void Relabelled(Stage stage, SampleMilvus milvus)
    {
        var record = milvus.ReleaseRecord();
        record["metadata"]!["labels"]!["status"] = "failed";
        stage.Cluster.Put(record, "helm");
    }

    private async Task RunAsync(Stage stage, string command)
    {
        var cut = command.IndexOf(" | ", StringComparison.Ordinal) is var pipe and >= 0 ? pipe : command.Length;
        var result = await stage.Session.InvokeAsync(
            $"param($c, $path, $role) {command[..cut]} -Kubeconfig $c -Verbose{command[cut..]}",
            new { c = stage.Kubeconfig, path = stage.Release, role = Hostile.Around("role") });
        _printed.AddRange(result.Warnings);
        _printed.AddRange(result.Verbose);
        _printed.AddRange(result.Information);
        _printed.AddRange(result.HostLines);
        _printed.AddRange(result.Progress.SelectMany(record => (string[])[record.Activity, record.StatusDescription]));
        result.Output.ToList().ForEach(Collect);
        result.Errors.ToList().ForEach(Collect);
    }

    private void Collect(PSObject item)
    {
        _printed.Add(item.ToString());
        foreach (var value in item.Properties.Where(property => property.Name != "Kubeconfig").Select(property => property.Value))
        {
            if (value is IEnumerable<object> parts)
            {
                parts.ToList().ForEach(part => Collect(PSObject.AsPSObject(part)));
            }

            _printed.Add(value?.ToString() ?? "");
        }
    }

    private void Collect(ErrorRecord error)
    {
        _printed.AddRange([error.ToString(), error.FullyQualifiedErrorId, error.CategoryInfo.ToString(), $"{error.TargetObject}"]);
        _printed.AddRange([error.ErrorDetails?.Message ?? "", error.ErrorDetails?.RecommendedAction ?? "", error.Exception.ToString()]);
        for (var exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            _printed.Add(exception.Message);
        }
    }
}
