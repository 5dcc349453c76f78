namespace MilvusMonitoring.Verification;

/// <summary>When which links are looked at again while a chain is waited for.</summary>
internal sealed class RecheckSchedule(CheckWatches watches, TimeProvider time)
{
    /// <summary>
    /// How many looks in a row changes may cause; then one for each <see cref="LookAgain"/>, however much goes on in the namespaces.
    /// </summary>
    private const int MostLooks = 3;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    /// <summary>For each Milvus, since each has a chain of its own.</summary>
    private static readonly TimeSpan WalkAgain = TimeSpan.FromMinutes(1);

    /// <summary>The pauses in seconds before a broken link is looked at again, where no watch shows its change.</summary>
    private static readonly int[] Unwatched = [1, 1, 2, 3, 5, 8];

    /// <summary>The same where a watch does: the first is for what changed before the watch began.</summary>
    private static readonly int[] Watched = [1, 30];

    private IReadOnlyList<string> _broken = [];
    private int _pauses;
    private int _looks;
    private long _refilled = time.GetTimestamp();
    private long _walked = time.GetTimestamp();

    /// <summary>Waits until something is to be looked at.</summary>
    /// <param name="broken">The links that are waited for.</param>
    /// <param name="instances">How many Milvus there are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The links, and all that they affect.</returns>
    public async Task<IReadOnlySet<string>> NextAsync(IReadOnlyList<string> broken, int instances, CancellationToken cancellationToken)
    {
        if (!broken.SequenceEqual(_broken))
        {
            (_broken, _pauses) = (broken, 0);
        }

        var unwatched = broken.Where(link => !watches.Covers(link)).ToList();
        var pauses = unwatched.Count == 0 ? Watched : Unwatched;
        var pause = TimeSpan.FromSeconds(pauses[Math.Min(_pauses, pauses.Length - 1)]);
        if (!await IsChangedWithinAsync(pause, cancellationToken).ConfigureAwait(false))
        {
            var isFirst = _pauses++ == 0;
            return IsWalkDue(instances) ? Whole() : CheckId.Affected(isFirst || unwatched.Count == 0 ? broken : unwatched);
        }

        await SpendAsync(cancellationToken).ConfigureAwait(false);
        return CheckId.Affected(watches.TakeChanged());
    }

    private async Task<bool> IsChangedWithinAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = watches.ChangedAsync(round.Token);
        await Task.WhenAny(changed, Task.Delay(pause, time, round.Token)).ConfigureAwait(false);
        await round.CancelAsync().ConfigureAwait(false);
        await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompletedSuccessfully;
    }

    private async Task SpendAsync(CancellationToken cancellationToken)
    {
        var refills = (int)(time.GetElapsedTime(_refilled) / LookAgain);
        if (refills > 0)
        {
            (_looks, _refilled) = (Math.Max(0, _looks - refills), time.GetTimestamp());
        }

        if (_looks >= MostLooks)
        {
            await Task.Delay(LookAgain - time.GetElapsedTime(_refilled), time, cancellationToken).ConfigureAwait(false);
            (_looks, _refilled) = (_looks - 1, time.GetTimestamp());
        }

        _looks++;
    }

    private bool IsWalkDue(int instances) => time.GetElapsedTime(_walked) >= WalkAgain * Math.Max(1, instances);

    private IReadOnlySet<string> Whole()
    {
        _walked = time.GetTimestamp();
        return CheckRun.Whole;
    }
}
