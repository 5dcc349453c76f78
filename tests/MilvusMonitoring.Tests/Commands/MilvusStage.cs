using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What stories of Milvus need on a stage.</summary>
internal static class MilvusStage
{
    /// <summary>Runs a script in which <c>$c</c> is the kubeconfig.</summary>
    public static Task<PowerShellResult> RunAsync(this ClusterStage stage, string script, string? kubeconfig = null) =>
        stage.Session.InvokeAsync($"param($c) {script}", new { c = kubeconfig ?? stage.Kubeconfig });

    /// <summary>Defines the kinds that kube-prometheus brings, without the rest of it.</summary>
    public static async Task DefineMonitorsAsync(this ClusterStage stage)
    {
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor");
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "podmonitors", "PodMonitor");
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "prometheuses", "Prometheus");
    }

    /// <summary>Defines a kind, and waits until the cluster serves it.</summary>
    public static async Task DefineAsync(this ClusterStage stage, string group, string version, string plural, string kind)
    {
        await stage.PutAsync($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}","singular":"{{{kind.ToLowerInvariant()}}}","listKind":"{{{kind}}}List" },
                     "versions":[{"name":"{{{version}}}","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }]} }
            """);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limits.Wait);
        while (!await stage.Objects.TellsOfAsync($"{group}/{version}", kind))
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>Puts a Milvus into the cluster: its release and its Service. Nothing of it runs.</summary>
    public static async Task PutAsync(this ClusterStage stage, SampleMilvus milvus)
    {
        await stage.PutReleaseAsync(milvus);
        await stage.Objects.PutAsync(milvus.Service());
    }

    /// <summary>Puts only the record of this revision of a Milvus into the cluster.</summary>
    public static async Task PutReleaseAsync(this ClusterStage stage, SampleMilvus milvus)
    {
        if (await stage.Objects.FindAsync("v1", "Namespace", null, milvus.Namespace) is null)
        {
            await stage.PutAsync($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{milvus.Namespace}}"} }""");
        }

        await stage.Objects.PutAsync(milvus.ReleaseRecord(), "helm");
    }

    /// <summary>The ServiceMonitor of that name; null where there is none.</summary>
    public static Task<JsonObject?> MonitorAsync(this ClusterStage stage, string name, string ns = "default") =>
        stage.Objects.FindAsync("monitoring.coreos.com/v1", "ServiceMonitor", ns, name);

    /// <summary>The ServiceMonitor of that name in the storage of an embedded cluster; null where there is none.</summary>
    public static JsonObject? Monitor(this Stage stage, string name, string ns = "default") =>
        stage.Cluster.Find("monitoring.coreos.com/v1", "ServiceMonitor", ns, name);

    /// <summary>Puts an object, given as JSON, into the cluster.</summary>
    public static Task PutAsync(this ClusterStage stage, string json, string manager = "seed") =>
        stage.Objects.PutAsync(JsonNode.Parse(json)!.AsObject(), manager);

    /// <summary>Puts an object, given as JSON, into the storage of an embedded cluster.</summary>
    public static void Put(this Stage stage, string json, string manager = "seed") =>
        stage.Cluster.Put(JsonNode.Parse(json)!.AsObject(), manager);

    /// <summary>The one error of a run, with its id and text checked.</summary>
    public static string OnlyError(this PowerShellResult result, string id)
    {
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        return error.ToString();
    }
}
