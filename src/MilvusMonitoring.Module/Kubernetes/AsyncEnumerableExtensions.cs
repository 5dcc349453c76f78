using System.Runtime.CompilerServices;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Extensions for asynchronous sequences that .NET 8 does not have.</summary>
internal static class AsyncEnumerableExtensions
{
    /// <summary>Reads something for each item, for several items at once, and returns the results in the order of the items.</summary>
    /// <param name="source">The items.</param>
    /// <param name="limit">For how many items to read at once.</param>
    /// <param name="read">Reads for one item. If it throws, the reads that have begun for later items end first.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public static async IAsyncEnumerable<TResult> SelectAheadAsync<T, TResult>(
        this IEnumerable<T> source,
        int limit,
        Func<T, CancellationToken, Task<TResult>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = new Queue<Task<TResult>>();
        try
        {
            foreach (var item in source)
            {
                if (started.Count == limit)
                {
                    yield return await started.Dequeue().ConfigureAwait(false);
                }

                started.Enqueue(read(item, stop.Token));
            }

            while (started.TryDequeue(out var next))
            {
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll((IEnumerable<Task>)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> source, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        await foreach (var item in source.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            list.Add(item);
        }

        return list;
    }
}
