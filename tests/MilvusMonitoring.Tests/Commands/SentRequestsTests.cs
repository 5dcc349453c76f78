namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stand-in for a server's own log of requests.</summary>
public sealed class SentRequestsTests
{
    [Fact]
    public async Task The_writes_that_leave_are_those_that_arrive()
    {
        await using var stage = await Stage.StartAsync();
        using var sent = new SentRequests(stage.Cluster.Server);
        stage.ForgetWrites();

        await stage.InstalledAsync();

        Assert.NotEmpty(stage.Writes);
        Assert.Equal(stage.Writes.Order(StringComparer.Ordinal), sent.Writes.Order(StringComparer.Ordinal));
    }
}
