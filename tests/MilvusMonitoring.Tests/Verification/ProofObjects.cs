using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Objects that only stories of the proof need.</summary>
internal static class ProofObjects
{
    /// <summary>A network policy on the pods of Milvus.</summary>
    public static void PutPolicy(this Stage stage, string name, string ingress) => stage.Put($$$"""
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"{{{name}}}","namespace":"default"},
         "spec":{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"milvus"} },"policyTypes":["Ingress"],"ingress":{{{ingress}}}}}
        """);

    /// <summary>The Operator's resource in place of the Helm release.</summary>
    public static async Task PutOperatedAsync(this Stage stage)
    {
        await stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        stage.Put("""
            {"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"my-release","namespace":"default"},
             "spec":{"mode":"standalone","components":{"version":"v2.6.15"}},"status":{"status":"Healthy"}}
            """);
    }

    /// <summary>The PodMonitor that the Operator makes.</summary>
    public static void PutPodMonitor(this Stage stage) =>
        stage.Put(
            $$"""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"PodMonitor",
             "metadata":{"name":"my-release","namespace":"default","ownerReferences":[{"apiVersion":"milvus.io/v1beta1","kind":"Milvus","name":"my-release","uid":"{{stage.Cluster.Find(
                "milvus.io/v1beta1",
                "Milvus",
                "default",
                "my-release"
            )!["metadata"]!["uid"]}}"}]},
             "spec":{"namespaceSelector":{"matchNames":["default"]},"selector":{"matchLabels":{"app.kubernetes.io/instance":"my-release","app.kubernetes.io/name":"milvus"} },
                     "podTargetLabels":["app.kubernetes.io/instance","app.kubernetes.io/name","app.kubernetes.io/component"],
                     "podMetricsEndpoints":[{"port":"metrics","path":"/metrics","interval":"1s","scrapeTimeout":"1s","honorLabels":true}]} }
            """,
            "milvus-operator");
}
