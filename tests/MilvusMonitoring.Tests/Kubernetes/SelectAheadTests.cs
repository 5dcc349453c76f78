using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>Reads for several items at once, in the order of the items.</summary>
public sealed class SelectAheadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_come_in_the_order_of_the_items_and_as_many_are_read_at_once_as_may_be()
    {
        var running = 0;
        var most = 0;
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();

        async Task<int> ReadAsync(int item, CancellationToken cancellationToken)
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gates[item % 3].Task.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref running);
            return item;
        }

        var all = CollectAsync(Enumerable.Range(0, 9).SelectAheadAsync(3, ReadAsync, Token));
        Assert.Equal(3, running);
        foreach (var gate in gates.Reverse())
        {
            gate.SetResult();
        }

        Assert.Equal(Enumerable.Range(0, 9), await all);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_failure_comes_in_its_turn_and_ends_what_has_begun_after_it()
    {
        var ended = 0;

        async Task<int> ReadAsync(int item, CancellationToken cancellationToken)
        {
            if (item == 1)
            {
                throw new IOException("no");
            }

            if (item > 1)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => Interlocked.Increment(ref ended), Token);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return item;
        }

        var got = new List<int>();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var item in Enumerable.Range(0, 9).SelectAheadAsync(4, ReadAsync, Token))
            {
                got.Add(item);
            }
        });
        Assert.Equal([0], got);
        Assert.Equal(3, ended);
    }

    private static async Task<List<int>> CollectAsync(IAsyncEnumerable<int> source)
    {
        var list = new List<int>();
        await foreach (var item in source)
        {
            list.Add(item);
        }

        return list;
    }
}
