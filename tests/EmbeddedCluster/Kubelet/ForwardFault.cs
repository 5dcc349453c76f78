namespace EmbeddedCluster.Kubelet;

/// <summary>The fault planned for one port-forward: counts what passes, and strikes once when its point is reached.</summary>
/// <param name="cut">Breaks the connection off.</param>
internal sealed class ForwardFault(Fault? fault, Action cut)
{
    private readonly ForwardPoint? _point = fault?.Kind is FaultKind.Cut or FaultKind.Stall ? fault.Point : null;
    private long _left = fault?.Bytes ?? 0;
    private bool _struck;

    /// <summary>Strikes if this is the point.</summary>
    public ValueTask ReachAsync(ForwardPoint point, CancellationToken cancellationToken) =>
        _point == point ? StrikeAsync(cancellationToken) : ValueTask.CompletedTask;

    /// <returns>How many of the bytes may pass before it strikes; all of them when it does not.</returns>
    public int Pass(ForwardPoint point, int count)
    {
        if (_point != point || _struck)
        {
            return count;
        }

        var passing = (int)Math.Min(count, _left);
        _left -= passing;
        return passing;
    }

    /// <summary>Whether all bytes that may have passed.</summary>
    public bool IsDue(ForwardPoint point) => _point == point && !_struck && _left == 0;

    public async ValueTask StrikeAsync(CancellationToken cancellationToken)
    {
        _struck = true;
        var stallsForEver = fault!.Kind == FaultKind.Stall && fault.Delay == TimeSpan.Zero;
        await Task.Delay(stallsForEver ? Timeout.InfiniteTimeSpan : fault.Delay, cancellationToken).ConfigureAwait(false);
        if (fault.Kind == FaultKind.Cut)
        {
            cut();
            throw new IOException("broken off as planned");
        }
    }
}
