using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What stories of Milvus need on a <see cref="Stage"/>.</summary>
internal static class MilvusStage
{
    /// <summary>Runs a script in which <c>$c</c> is the kubeconfig.</summary>
    public static Task<PowerShellResult> RunAsync(this Stage stage, string script, string? kubeconfig = null) =>
        stage.Session.InvokeAsync($"param($c) {script}", new { c = kubeconfig ?? stage.Kubeconfig });

    /// <summary>Defines the kinds that kube-prometheus brings, without the rest of it.</summary>
    public static async Task DefineMonitorsAsync(this Stage stage)
    {
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor");
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "podmonitors", "PodMonitor");
        await DefineAsync(stage, "monitoring.coreos.com", "v1", "prometheuses", "Prometheus");
    }

    /// <summary>Defines a kind, and waits until the cluster serves it.</summary>
    public static async Task DefineAsync(this Stage stage, string group, string version, string plural, string kind)
    {
        stage.Cluster.Put(JsonNode.Parse($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}","singular":"{{{kind.ToLowerInvariant()}}}","listKind":"{{{kind}}}List" },
                     "versions":[{"name":"{{{version}}}","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }]} }
            """)!.AsObject());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!IsServed(stage, $"{group}/{version}", kind))
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>The ServiceMonitor of that name; null where there is none.</summary>
    public static JsonObject? Monitor(this Stage stage, string name, string ns = "default") => stage.Cluster.Find("monitoring.coreos.com/v1", "ServiceMonitor", ns, name);

    /// <summary>Puts an object, given as JSON, into the cluster.</summary>
    public static void Put(this Stage stage, string json, string manager = "seed") => stage.Cluster.Put(JsonNode.Parse(json)!.AsObject(), manager);

    /// <summary>The one error of a run, with its id and text checked.</summary>
    public static string OnlyError(this PowerShellResult result, string id)
    {
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        return error.ToString();
    }

    private static bool IsServed(Stage stage, string apiVersion, string kind)
    {
        try
        {
            return stage.Cluster.List(apiVersion, kind).Count >= 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
