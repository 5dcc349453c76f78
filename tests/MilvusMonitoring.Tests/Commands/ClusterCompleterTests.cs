namespace MilvusMonitoring.Tests.Commands;

/// <summary>What Tab offers from an embedded cluster.</summary>
public sealed class ClusterCompleterTests : CompleterStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();
}
