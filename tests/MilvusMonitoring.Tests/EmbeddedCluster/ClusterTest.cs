using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>One cluster and one administrator for one test.</summary>
public abstract class ClusterTest : IAsyncLifetime
{
    private protected Cluster Cluster { get; private set; } = null!;

    private protected ClusterClient Client { get; private set; } = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected virtual ClusterOptions Options => new();

    public async ValueTask InitializeAsync()
    {
        Cluster = await Cluster.StartAsync(Options, Token);
        Client = new(Cluster);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await Cluster.DisposeAsync();
    }

    /// <summary>Waits until what is stored is as expected; fails after a while.</summary>
    private protected async Task UntilAsync(Func<Cluster, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Limits.Wait);
        await Cluster.WaitForAsync(condition, patience.Token);
    }

    private protected async Task DefineAsync()
    {
        await Client.ApplyAsync(Sample.Definitions + "/widgets.example.com", Sample.Definition(), Token);
        await UntilAsync(cluster =>
            cluster
                .Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "widgets.example.com")!
                .ToJsonString()
                .Contains("InitialNamesAccepted", StringComparison.Ordinal));
        for (var attempt = 0; (await Client.GetAsync("/apis/example.com/v1", Token)).Status == 404; attempt++)
        {
            Assert.True(attempt < 500, "discovery never showed the new group");
            await Task.Delay(10, Token);
        }
    }
}
