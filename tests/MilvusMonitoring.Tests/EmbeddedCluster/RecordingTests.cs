using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>The embedded cluster answers as real API servers did.</summary>
public sealed class RecordingTests
{
    private static readonly string[] s_files =
    [
        "01-version-and-discovery.json", "02-apply-namespace.json", "03-apply-errors.json", "04-crd-established.json",
        "05-clusterrole-json-patch.json", "06-authn-authz.json", "07-list-and-watch.json", "08-delete-and-finalizers.json",
    ];

    private const string Schemas = "fields are owned by the schemas of 1.36, where conditions have keys and a roleRef is one value";
    private const string Merge = "a finalizer that nobody owns goes with the last owned one, as in 1.36";

    /// <summary>What is answered otherwise on purpose: where, and why.</summary>
    private static readonly Dictionary<string, string> s_leftOut = new()
    {
        ["v1.20/03-apply-errors.json[8]"] =
            "a fault of 1.20 that no release of kube-prometheus could be applied through; mended as in the real server that tests use",
        ["v1.20/04-crd-established.json[3] .metadata.managedFields"] = Schemas,
        ["v1.20/04-crd-established.json watch 0"] = Schemas,
        ["v1.20/06-authn-authz.json[5] .metadata.managedFields"] = Schemas,
        ["v1.20/08-delete-and-finalizers.json[4] .metadata.finalizers"] = Merge,
        ["v1.20/08-delete-and-finalizers.json[5]"] = Merge,
        ["v1.20/08-delete-and-finalizers.json watch 0"] = Merge,
        ["v1.20/08-delete-and-finalizers.json[7] .metadata.managedFields"] = Schemas,
        ["v1.20/08-delete-and-finalizers.json[8] .metadata.managedFields"] = Schemas,
    };

    [Theory]
    [InlineData("v1.36", "v1.36.2")]
    [InlineData("v1.20", "v1.20.2")]
    public async Task Every_recorded_exchange_gets_the_recorded_answer(string recordings, string kubernetes)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Apply.Recordings.Load(recordings, s_files[0]);
        await using var cluster = await Cluster.StartAsync(
            new()
            {
                KubernetesVersion = kubernetes,
                Rbac = true,

                // The server of 1.20 was recorded alone, without a controller manager.
                Controllers = recordings != "v1.20",
                DefinitionDelay = TimeSpan.FromMilliseconds(700),
                DefinitionCleanupDelay = TimeSpan.FromMilliseconds(300),
                CollectionDelay = TimeSpan.FromMilliseconds(300),
                NamespaceDelay = TimeSpan.FromMilliseconds(700),
            },
            cancellationToken);
        using var replay = new RecordingReplay(recordings, cluster, s_leftOut);
        foreach (var file in s_files)
        {
            await replay.PlayAsync(file, cancellationToken);
        }

        Assert.True(replay.Differences.Count == 0, string.Join('\n', replay.Differences));
        Assert.Equal(s_leftOut.Keys.Where(each => each.StartsWith(recordings, StringComparison.Ordinal)).Order(), replay.Used.Order());
    }
}
