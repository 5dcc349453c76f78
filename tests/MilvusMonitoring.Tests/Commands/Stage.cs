using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>A stage on an embedded cluster of its own.</summary>
internal sealed class Stage : ClusterStage
{
    private readonly TemporaryFolder _folder;

    private Stage(Cluster cluster, PowerShellSession session, TemporaryFolder folder)
        : base(session, folder, WriteKubeconfig(cluster, folder, "admin"))
    {
        (Cluster, _folder) = (cluster, folder);
    }

    public Cluster Cluster { get; }

    /// <summary>The small manifests that the demo uses too.</summary>
    public static string Manifests { get; } = Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests");

    public override string Release => Manifests;

    public override string Wait => "-Wait -Timeout 60";

    public override IReadOnlyList<string> Writes => [.. Cluster.Requests.Writes.Select(write => $"{write.Method} {write.Path}")];

    public static async Task<Stage> StartAsync(ClusterOptions? options = null) =>
        new(
            await Cluster.StartAsync(options, TestContext.Current.CancellationToken),
            await PowerShellSession.StartAsync(),
            new TemporaryFolder());

    public override void ForgetWrites() => Cluster.Requests.Clear();

    public override string WriteKubeconfig(string user) => WriteKubeconfig(user, []);

    /// <summary>Writes a kubeconfig for another user, who is in groups.</summary>
    public string WriteKubeconfig(string user, params string[] groups) => WriteKubeconfig(Cluster, _folder, user, groups);

    public override async Task PutWorkloadAsync(SampleMilvus milvus)
    {
        await Objects.PutAsync(milvus.Deployment());
        await Cluster.WaitForAsync(
            cluster => cluster.List("discovery.k8s.io/v1", "EndpointSlice", milvus.Namespace).Any(slice =>
                (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] == $"{milvus.Name}-milvus"
                && slice["endpoints"]?.AsArray().Any(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true) is true),
            TestContext.Current.CancellationToken);
    }

    public override Task ReportReadyAsync(string ns) =>
        Cluster.WaitForAsync(
            cluster =>
                cluster.List("apps/v1", "Deployment", ns).All(item => (int?)item["status"]?["availableReplicas"] > 0)
                && cluster.List("monitoring.coreos.com/v1", "Prometheus", ns)
                    .Select(item => cluster.Find("apps/v1", "StatefulSet", ns, $"prometheus-{item["metadata"]!["name"]}"))
                    .All(set => (int?)set?["status"]?["readyReplicas"] > 0),
            TestContext.Current.CancellationToken);

    /// <summary>Waits until nothing in the cluster changes by itself.</summary>
    public Task SettledAsync() => UntilAsync(() => Cluster.IsSettled);

    /// <summary>Writes a kubeconfig whose user gets the credential from a shell script.</summary>
    public string WriteExecKubeconfig(string script)
    {
        var user = File.ReadAllText(Kubeconfig);
        var program = WriteScript("plugin.sh", script);
        return WriteFile("kubeconfig-exec", user[..user.IndexOf("    client-certificate-data:", StringComparison.Ordinal)] + $"""
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: {program}
                  interactiveMode: IfAvailable

            """);
    }

    /// <summary>Waits, with a bound, until something holds that the cluster's storage does not show.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Limits.Wait);
        while (!condition())
        {
            await Task.Delay(10, bound.Token);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static string WriteKubeconfig(Cluster cluster, TemporaryFolder folder, string user, params string[] groups) =>
        folder.Write($"kubeconfig-{user}", cluster.CreateKubeconfig(user, groups));
}
