using MilvusMonitoring.Tests.PortForwarding;

namespace MilvusMonitoring.Tests;

/// <summary>Port-forwards through a real kubelet to pods that run.</summary>
[Collection(RealNode.Beside)]
public sealed class NodeForwardTests(RealNode node)
{
    private const string Web = "web";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_its_pod_is_deleted_the_next_connection_goes_to_the_other_replica()
    {
        await using var place = await NodePlace.StartBesideAsync(node, "failover");
        await place.PutWebAsync(Web, replicas: 2);
        var forward = await place.ForwardAsync(Web);
        var first = await WhoAsync(forward);
        Assert.Equal(first, forward.Pod);

        await place.Objects.RemoveAsync("v1", "Pod", place.Name, first);

        await NodePlace.UntilAsync(() => Task.FromResult(forward.Pod is { } pod && pod != first), "another pod");
        Assert.NotEqual(first, await WhoAsync(forward));
        Assert.Equal(1, forward.Reconnects);
    }

    [Fact]
    public async Task No_request_fails_while_a_pod_is_replaced_every_few_seconds()
    {
        const int Replacements = 4;
        await using var place = await NodePlace.StartBesideAsync(node, "replaced");

        // A pod that ends at once takes the requests that it is answering with it: so do none whose makers care for their requests.
        await place.PutWebAsync(Web, replicas: 2, linger: 10);
        var forward = await place.ForwardAsync(Web);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AskAsync(forward, over.Token)));

        var answered = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Replacements; round++)
        {
            await NodePlace.UntilAsync(() => Task.FromResult(forward.Pod is not null), "a pod");
            var pod = forward.Pod!;
            answered.Add(pod);
            await place.Objects.RemoveAsync("v1", "Pod", place.Name, pod);
            await NodePlace.UntilAsync(
                async () => await place.ReadyAsync(Web) is { Count: 2 } ready && !ready.Contains(pod), $"two pods ready without {pod}");
            await Task.Delay(TimeSpan.FromSeconds(1), Token);
        }

        await over.CancelAsync();
        var requests = (await asking).Sum();
        Assert.Equal(Replacements, answered.Count);
        Assert.True(requests > 100, $"only {requests} requests were made");
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_breaks_the_connection_and_says_why()
    {
        await using var place = await NodePlace.StartBesideAsync(node, "refused");
        await place.PutWebAsync(Web, replicas: 1);
        var forward = await place.ForwardAsync(Web, "closed");

        await Assert.ThrowsAsync<HttpRequestException>(() => WhoAsync(forward));

        await NodePlace.UntilAsync(() => Task.FromResult(forward.LastError is not null), "an error");
        Assert.Matches(
            $@"^A connection to Pod/{place.Name}/web-\S+:{NodePlace.ClosedPort} failed: .*connection refused",
            forward.LastError);
    }

    [Fact]
    public async Task A_forward_outlives_the_namespace_and_serves_the_one_that_follows()
    {
        await using var place = await NodePlace.StartBesideAsync(node, "ending");
        await place.PutWebAsync(Web, replicas: 1);
        var forward = await place.ForwardAsync(Web);
        var first = await WhoAsync(forward);

        await place.Objects.EndAsync("v1", "Namespace", null, place.Name);
        await NodePlace.UntilAsync(
            () => Task.FromResult(forward.State == PortForwardState.Reconnecting && forward.Pod is null), "no pod any more");
        Assert.NotNull(forward.LastError);

        await place.Objects.PutAsync(NodePlace.NamespaceOf(place.Name));
        await place.PutWebAsync(Web, replicas: 1);
        await NodePlace.UntilAsync(() => Task.FromResult(forward.Pod is not null), "a pod again");
        Assert.NotEqual(first, await WhoAsync(forward));
    }

    private static async Task<string> WhoAsync(MonitoringPortForward forward) => (await ForwardStage.GetAsync(forward)).TrimEnd();

    /// <returns>How many requests were answered; one that fails fails the test.</returns>
    private static async Task<int> AskAsync(MonitoringPortForward forward, CancellationToken over)
    {
        var requests = 0;
        for (; !over.IsCancellationRequested; requests++)
        {
            Assert.StartsWith("web-", await WhoAsync(forward), StringComparison.Ordinal);
            await Task.Delay(20, Token);
        }

        return requests;
    }
}
