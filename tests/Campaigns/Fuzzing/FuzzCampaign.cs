using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MilvusMonitoring.Campaigns.Fuzzing.Targets;

namespace MilvusMonitoring.Campaigns.Fuzzing;

/// <summary>Gives made-up inputs to everything that reads what others wrote.</summary>
internal sealed class FuzzCampaign(CampaignOptions options)
{
    private const int ShortShare = 100;
    private const int BatchSize = 500;
    private const int MostViolations = 50;
    private const long MostMemory = 400L << 20;

    private static readonly TimeSpan LongestInput = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(60);

    public IEnumerable<(string Name, Func<CancellationToken, Task<CampaignRow>> Run)> Rows() =>
        AllTargets.All.Select(target => (target.Name, (Func<CancellationToken, Task<CampaignRow>>)(token => RunAsync(target, token))));

    private async Task<CampaignRow> RunAsync(FuzzTarget target, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var violations = new ConcurrentQueue<Violation>();
        var batches = ListBatches(target);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(batches, parallel, async (batch, token) =>
        {
            var current = batch.First;
            try
            {
                // On a thread of its own, which is left behind if it hangs.
                await Task.Run(
                    async () =>
                    {
                        for (; current < batch.End && violations.Count < MostViolations; current++)
                        {
                            if (await TryAsync(target, current, token).ConfigureAwait(false) is { } what)
                            {
                                violations.Enqueue(new Violation($"{target.Name}/{current}", options.Seed, what));
                            }
                        }
                    },
                    token).WaitAsync(LongestBatch, token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                violations.Enqueue(new Violation($"{target.Name}/{current}", options.Seed, "it hangs"));
            }
        }).ConfigureAwait(false);
        return new CampaignRow("fuzz", target.Name, batches.Sum(batch => batch.End - batch.First), [.. violations], clock.Elapsed);
    }

    private async Task<string?> TryAsync(FuzzTarget target, int number, CancellationToken cancellationToken)
    {
        var (before, thread) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CurrentManagedThreadId);
        var clock = Stopwatch.StartNew();
        try
        {
            await target.TryOne(new Random(unchecked((options.Seed * 1_000_003) + number)), cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId != ErrorId.Unexpected)
        {
            if (exception.Message.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            {
                return $"an error of several lines: {exception.Message}";
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return exception is PropertyException ? exception.Message : exception.ToString();
        }

        var memory = GC.GetAllocatedBytesForCurrentThread() - before;
        return clock.Elapsed > LongestInput ? $"it takes {clock.Elapsed.TotalSeconds:0.0} s"
            : memory > MostMemory && thread == Environment.CurrentManagedThreadId ? $"it takes {memory >> 20} MB"
            : null;
    }

    private IReadOnlyList<(int First, int End)> ListBatches(FuzzTarget target)
    {
        if (options.Cases.Count > 0)
        {
            var prefix = $"{target.Name}/";
            return
            [
                .. options.Cases
                    .Where(each => each.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(each => int.Parse(each.AsSpan(prefix.Length), CultureInfo.InvariantCulture))
                    .Select(number => (number, number + 1)),
            ];
        }

        var end = options.IsShort ? target.Inputs / ShortShare : target.Inputs;
        return [.. Enumerable.Range(0, end).Chunk(BatchSize).Select(batch => (batch[0], batch[^1] + 1))];
    }
}
