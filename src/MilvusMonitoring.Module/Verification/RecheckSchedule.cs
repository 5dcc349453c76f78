namespace MilvusMonitoring.Verification;

/// <summary>When which checks run again during a wait.</summary>
internal sealed class RecheckSchedule(CheckWatches watches, TimeProvider time)
{
    /// <summary>
    /// How many passes in a row changes may cause. After that one pass may follow in each <see cref="RefillInterval"/>, however many
    /// objects change in the namespaces.
    /// </summary>
    private const int MostPasses = 3;

    /// <summary>In which of the passes the checks run that the proof does not need: in every third.</summary>
    private const int PassesBeside = 3;

    private static readonly TimeSpan RefillInterval = TimeSpan.FromSeconds(15);

    /// <summary>How often all checks run, for each Milvus: a pass has checks of its own for each.</summary>
    private static readonly TimeSpan FullInterval = TimeSpan.FromMinutes(1);

    /// <summary>The pauses in seconds before a broken check runs again, if no watch shows a change.</summary>
    private static readonly int[] Unwatched = [1, 1, 2, 3, 5, 8];

    /// <summary>The same if nothing else is broken than checks that the proof does not need, such as that of Grafana.</summary>
    private static readonly int[] Beside = [1, 3, 6, 15, 30];

    /// <summary>The same if a watch shows changes: the first pause is for what changed before the watch began.</summary>
    private static readonly int[] Watched = [1, 30];

    private IReadOnlyList<string> _broken = [];
    private int _pauses;
    private int _passes;
    private long _refilled = time.GetTimestamp();
    private long _lastFull = time.GetTimestamp();

    /// <summary>Waits until checks have to run again.</summary>
    /// <param name="broken">The broken checks.</param>
    /// <param name="instances">How many Milvus there are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The checks to run, with all checks that they affect.</returns>
    public async Task<IReadOnlySet<string>> NextAsync(IReadOnlyList<string> broken, int instances, CancellationToken cancellationToken)
    {
        if (!broken.SequenceEqual(_broken))
        {
            (_broken, _pauses) = (broken, 0);
        }

        var unwatched = broken.Where(check => !watches.Covers(check)).ToList();
        var pauses = ChoosePauses(unwatched);
        var pause = TimeSpan.FromSeconds(pauses[Math.Min(_pauses, pauses.Length - 1)]);
        if (await IsChangedWithinAsync(pause, cancellationToken).ConfigureAwait(false))
        {
            await ThrottleAsync(cancellationToken).ConfigureAwait(false);
            return CheckTable.ListAffected(watches.TakeChanged());
        }

        var isFirst = _pauses++ == 0;
        if (time.GetElapsedTime(_lastFull) >= FullInterval * Math.Max(1, instances))
        {
            _lastFull = time.GetTimestamp();
            return CheckRun.All;
        }

        return CheckTable.ListAffected(isFirst || unwatched.Count == 0 ? broken : ChooseDue(unwatched));
    }

    /// <summary>What the proof does not need runs again less often than what it needs.</summary>
    private List<string> ChooseDue(List<string> unwatched)
    {
        var proving = unwatched.Where(CheckTable.Proving.Contains).ToList();
        return proving.Count == 0 || _pauses % PassesBeside == 0 ? unwatched : proving;
    }

    private static int[] ChoosePauses(List<string> unwatched)
    {
        if (unwatched.Count == 0)
        {
            return Watched;
        }

        return unwatched.Any(CheckTable.Proving.Contains) ? Unwatched : Beside;
    }

    private async Task<bool> IsChangedWithinAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = watches.WaitForChangeAsync(either.Token);
        await Task.WhenAny(changed, Task.Delay(pause, time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompletedSuccessfully;
    }

    private async Task ThrottleAsync(CancellationToken cancellationToken)
    {
        var refills = (int)(time.GetElapsedTime(_refilled) / RefillInterval);
        if (refills > 0)
        {
            (_passes, _refilled) = (Math.Max(0, _passes - refills), time.GetTimestamp());
        }

        if (_passes >= MostPasses)
        {
            await Task.Delay(RefillInterval - time.GetElapsedTime(_refilled), time, cancellationToken).ConfigureAwait(false);
            (_passes, _refilled) = (_passes - 1, time.GetTimestamp());
        }

        _passes++;
    }
}
