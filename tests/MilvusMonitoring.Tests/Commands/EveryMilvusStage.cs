using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What people have put into clusters.</summary>
internal static class EveryMilvusStage
{
    /// <summary>Starts a stage that serves the kinds of monitors.</summary>
    public static async Task<Stage> StartAsync(ClusterOptions? options = null)
    {
        var stage = await Stage.StartAsync(options);
        await stage.DefineMonitorsAsync();
        return stage;
    }

    /// <summary>The annotations by which an object names the Helm release that owns it.</summary>
    public static string WriteOwner(string release, string place) => new JsonObject
    {
        ["meta.helm.sh/release-name"] = release,
        ["meta.helm.sh/release-namespace"] = place,
    }.ToJsonString();

    public static Task PutNamespaceAsync(this ClusterStage stage, string name) =>
        stage.PutAsync($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }""");

    /// <summary>Puts what of a Milvus runs, with more labels and annotations on its Service and, if given, on its pods.</summary>
    public static async Task PutAppliedAsync(
        this Stage stage,
        SampleMilvus milvus,
        string labels,
        string annotations,
        string podLabels = "{}")
    {
        var service = milvus.Service();
        Add(service["metadata"]!, "labels", labels);
        Add(service["metadata"]!, "annotations", annotations);
        Add(service["spec"]!, "selector", podLabels, "app.kubernetes.io/name");
        if (podLabels != "{}")
        {
            service["metadata"]!["name"] = $"{milvus.Name}-{service["spec"]!["selector"]!["app.kubernetes.io/name"]}";
        }

        var deployment = milvus.Deployment();
        Add(deployment["spec"]!["selector"]!, "matchLabels", podLabels, "app.kubernetes.io/name");
        Add(deployment["spec"]!["template"]!["metadata"]!, "labels", podLabels, "app.kubernetes.io/name");
        await stage.Objects.PutAsync(deployment);
        await stage.Objects.PutAsync(service);
        var name = (string)service["metadata"]!["name"]!;
        await stage.Cluster.WaitForAsync(
            cluster => cluster.List("discovery.k8s.io/v1", "EndpointSlice", milvus.Namespace).Any(slice =>
                (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] == name
                && slice["endpoints"]?.AsArray().Any(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true) is true),
            TestContext.Current.CancellationToken);
    }

    /// <summary>Puts a release that Flux installs into another namespace than that of its records.</summary>
    public static async Task PutFluxAsync(this Stage stage)
    {
        await stage.PutNamespaceAsync("milvus");
        await stage.PutNamespaceAsync("flux-system");
        var milvus = new SampleMilvus
        {
            Namespace = "milvus",
            StorageNamespace = "flux-system",
            Values = JsonNode.Parse("""{"cluster":{"enabled":false}}""")!.AsObject(),
        };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(
            milvus,
            """{"helm.toolkit.fluxcd.io/name":"flux-milvus","helm.toolkit.fluxcd.io/namespace":"flux-system"}""",
            """{"meta.helm.sh/release-name":"my-release","meta.helm.sh/release-namespace":"milvus"}""");
    }

    public static async Task PutOperatorMilvusAsync(this ClusterStage stage, string name)
    {
        await stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        await stage.PutAsync($$$"""
            {"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"{{{name}}}","namespace":"default"},
             "spec":{"mode":"standalone","components":{"image":"milvusdb/milvus:v2.6.15"} },"status":{"status":"Healthy"} }
            """);
    }

    /// <summary>The results of one check of Test-MilvusMonitoring for a Milvus.</summary>
    public static async Task<IReadOnlyList<MonitoringCheck>> CheckAsync(this ClusterStage stage, string name, string check) =>
    [
        .. (await stage.RunAsync($"Test-MilvusMonitoring {name} -Kubeconfig $c"))
            .OutputOf<MonitoringCheck>()
            .Where(result => result.Check == check),
    ];

    private static void Add(JsonNode holder, string member, string more, string? only = null)
    {
        var all = holder[member]?.AsObject() ?? [];
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject().Where(each => only is null || each.Key == only))
        {
            all[key] = value?.DeepClone();
        }

        holder[member] = all;
    }
}
