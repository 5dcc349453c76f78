using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace MilvusMonitoring.IO;

/// <summary>Connects to the addresses of a host in the order and with the pauses of Go's dialer, which kubectl uses.</summary>
/// <remarks>
/// Go's net package, dial.go and ipsock.go: the addresses of the first address's family are tried one after another. After 300 ms, or after
/// the last of them has failed, the addresses of the other family are tried beside them. An unspecified address means this machine.
/// </remarks>
/// <param name="limit">The time for all addresses of a family together. The caller ends the last of them.</param>
/// <param name="find">Finds the addresses of a name; null for the name servers of this machine.</param>
/// <param name="connect">Connects to one address; null for a TCP connection.</param>
internal sealed class HostDialer(
    TimeSpan limit,
    TimeProvider time,
    Func<string, CancellationToken, Task<IPAddress[]>>? find = null,
    Func<IPEndPoint, CancellationToken, Task<Socket>>? connect = null)
{
    private static readonly TimeSpan FallbackDelay = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ShortestTry = TimeSpan.FromSeconds(2);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _find = find ?? Dns.GetHostAddressesAsync;
    private readonly Func<IPEndPoint, CancellationToken, Task<Socket>> _connect = connect ?? ConnectTcpAsync;

    /// <summary>
    /// The header <c>Host</c> for an address: its host and port, as in kubectl. Only <c>[::]</c> becomes the address that is dialled: some
    /// servers refuse it in a request.
    /// </summary>
    public static string GetHeader(Uri address) =>
        address.Host == "[::]" ? address.Authority.Replace("[::]", "[::1]", StringComparison.Ordinal) : address.Authority;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">The name is not known, or no address of it accepts a connection.</exception>
    public async Task<Socket> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var named = IPAddress.TryParse(host.Host, out var literal)
            ? [literal]
            : await _find(host.Host, cancellationToken).ConfigureAwait(false);
        var all = named.SelectMany(ListDialled).Distinct().Select(address => new IPEndPoint(address, host.Port)).ToList();
        if (all.Count == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var others = all.Where(address => address.AddressFamily != all[0].AddressFamily).ToList();
        return others.Count == 0
            ? await TryInTurnAsync(all, cancellationToken).ConfigureAwait(false)
            : await RaceAsync([.. all.Except(others)], others, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The addresses to connect to for an address: the loopback addresses for an unspecified one. <c>::</c> stands for both families.
    /// </summary>
    private static IEnumerable<IPAddress> ListDialled(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.Equals(IPAddress.IPv6Any))
        {
            return [IPAddress.IPv6Loopback, IPAddress.Loopback];
        }

        return [plain.Equals(IPAddress.Any) ? IPAddress.Loopback : plain];
    }

    private async Task<Socket> RaceAsync(
        IReadOnlyList<IPEndPoint> first,
        IReadOnlyList<IPEndPoint> second,
        CancellationToken cancellationToken)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var leading = TryInTurnAsync(first, race.Token);
        leading.ObserveError();
        await Task.WhenAny(leading, Task.Delay(FallbackDelay, time, race.Token)).ConfigureAwait(false);
        if (leading.IsCompletedSuccessfully)
        {
            race.Cancel();
            return await leading.ConfigureAwait(false);
        }

        var following = TryInTurnAsync(second, race.Token);
        following.ObserveError();
        var winner = await Task.WhenAny(leading, following).ConfigureAwait(false);
        var loser = winner == leading ? following : leading;
        if (!winner.IsCompletedSuccessfully)
        {
            await Task.WhenAny(loser).ConfigureAwait(false);
            (winner, loser) = (loser, winner);
        }

        race.Cancel();
        await Task.WhenAny(loser).ConfigureAwait(false);
        if (!winner.IsCompletedSuccessfully)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await leading.ConfigureAwait(false);
        }

        if (loser.IsCompletedSuccessfully)
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }

        return await winner.ConfigureAwait(false);
    }

    private async Task<Socket> TryInTurnAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        SocketException? error = null;
        for (var index = 0; index < addresses.Count - 1; index++)
        {
            // A dead address must leave time for those after it.
            var share = (limit - time.GetElapsedTime(start)) / (addresses.Count - index);
            using var bound = new CancellationTokenSource(share < ShortestTry ? ShortestTry : share, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
            try
            {
                return await _connect(addresses[index], either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                error ??= new SocketException((int)SocketError.TimedOut);
            }
            catch (SocketException exception)
            {
                error ??= exception;
            }
        }

        try
        {
            return await _connect(addresses[^1], cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException) when (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    private static async Task<Socket> ConnectTcpAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
