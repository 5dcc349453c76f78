using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns.Faults;

/// <summary>
/// An embedded cluster with a Milvus and others' objects in it, and the module as an administrator: what one case plays on.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const int ClockFactor = 50;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    private static readonly string[] Others =
    [
        """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-a","labels":{"team":"a"}}}""",
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"team-a"},"data":{"a":"1"}}""",
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"alertmanager-main","namespace":"team-a"},"stringData":{"a":"1"}}""",
        """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"prometheus-team-a"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""",
        """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"prometheus-team-a"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"prometheus-team-a"},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"team-a"}]}""",
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"kubelet-team-a","namespace":"kube-system","labels":{"k8s-app":"kubelet"}},"spec":{"clusterIP":"None","ports":[{"port":1}]}}""",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("milvus-monitoring-world-").FullName;

    private World(Cluster cluster, SmallStack stack, int throttleLimit)
    {
        Cluster = cluster;
        Stack = stack;
        Kubeconfig = Path.Combine(_folder, "kubeconfig");
        File.WriteAllText(Kubeconfig, cluster.CreateKubeconfig());
        Module = new ModuleRunner(Kubeconfig, throttleLimit, new FasterTime(ClockFactor));
        foreach (var other in Others)
        {
            cluster.Put(JsonNode.Parse(other)!.AsObject(), "team-a");
        }

        new SampleMilvus().PutInto(cluster);
    }

    public Cluster Cluster { get; }

    public SmallStack Stack { get; }

    public string Kubeconfig { get; }

    public ModuleRunner Module { get; }

    /// <param name="throttleLimit">1 for requests that come one after the other, so that a position says which one it is.</param>
    public static async Task<World> StartAsync(SmallStack stack, int throttleLimit, CancellationToken cancellationToken) => new(
        await Cluster.StartAsync(
            new ClusterOptions
            {
                DefinitionDelay = Soon,
                DiscoveryDelay = Soon,
                ReadyDelay = Soon,
                NamespaceDelay = Soon,
                DefinitionCleanupDelay = Soon,
                CollectionDelay = Soon,
                Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(20) },
            },
            cancellationToken).ConfigureAwait(false),
        stack,
        throttleLimit);

    /// <summary>Others' objects, byte for byte.</summary>
    public IReadOnlyList<string> OthersObjects() =>
        [
            .. Others.Select(other =>
            {
                var (apiVersion, kind, metadata) = (
                    JsonNode.Parse(other)!["apiVersion"],
                    JsonNode.Parse(other)!["kind"],
                    JsonNode.Parse(other)!["metadata"]!);
                return Cluster
                    .Find((string)apiVersion!, (string)kind!, (string?)metadata["namespace"], (string)metadata["name"]!)
                    ?.ToJsonString()
                    ?? $"{kind} {metadata["name"]} is gone";
            }),
        ];

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }
}
