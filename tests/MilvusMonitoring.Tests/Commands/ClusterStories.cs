namespace MilvusMonitoring.Tests.Commands;

/// <summary>What cmdlets do on any cluster.</summary>
public abstract class ClusterStories
{
    /// <summary>Starts a stage on a cluster without monitoring.</summary>
    private protected abstract Task<ClusterStage> StartAsync();

    /// <summary>Starts a stage on a cluster that has something of monitoring already.</summary>
    private protected virtual async Task<ClusterStage> StartAsync(StartingPoint point)
    {
        var stage = await StartAsync();
        await stage.PrepareAsync(point);
        return stage;
    }
}
