using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>Which addresses of a host are tried, and in which order. No connection is opened.</summary>
public sealed class HostDialerTests : IDisposable
{
    private static readonly IPAddress Six = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress OtherSix = IPAddress.Parse("2001:db8::2");
    private static readonly IPAddress Four = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress OtherFour = IPAddress.Parse("192.0.2.2");

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly List<string> _tried = [];

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1 127.0.0.1")]
    [InlineData("0:0:0:0:0:0:0:0", "::1 127.0.0.1")]
    [InlineData("::ffff:0.0.0.0", "127.0.0.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public async Task An_unspecified_address_is_this_machine(string host, string expected)
    {
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(host, [], _ => Refuse()));
        Assert.Equal(expected, string.Join(' ', _tried));
    }

    [Fact]
    public async Task A_name_that_is_unspecified_in_the_hosts_file_is_this_machine()
    {
        await ConnectAsync("k3d.local", [IPAddress.Any], _ => Task.FromResult(_socket));
        Assert.Equal(["127.0.0.1"], _tried);
    }

    [Fact]
    public async Task A_dead_first_family_is_passed_while_it_is_still_being_tried()
    {
        var socket = await ConnectAsync("a", [Six, Four], address => address.Equals(Six) ? null : Task.FromResult(_socket));
        Assert.Same(_socket, socket);
        Assert.Equal([$"{Six}", $"{Four}", $"{Six} ended"], _tried);
    }

    [Fact]
    public async Task A_family_that_refuses_leaves_to_the_other() =>
        Assert.Same(_socket, await ConnectAsync("a", [Six, OtherSix, Four], address =>
            address.Equals(Four) ? Task.FromResult(_socket) : Refuse()));

    [Fact]
    public async Task A_dead_address_leaves_time_for_the_next_of_its_family() =>
        Assert.Same(_socket, await ConnectAsync("a", [Four, OtherFour], address => address.Equals(Four) ? null : Task.FromResult(_socket)));

    [Fact]
    public async Task If_all_fail_the_first_error_is_given()
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync("a", [Four, OtherFour, Six], address =>
            Refuse(address.Equals(Four) ? SocketError.ConnectionRefused : SocketError.NetworkUnreachable)));
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        Assert.Equal([$"{Four}", $"{OtherFour}", $"{Six}"], _tried);
    }

    [Fact]
    public async Task The_later_of_two_connections_is_closed()
    {
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var first = new TaskCompletionSource<Socket>();
        var socket = await ConnectAsync("a", [Six, Four], address =>
        {
            if (address.Equals(Six))
            {
                return first.Task;
            }

            first.SetResult(late);
            return Task.FromResult(_socket);
        });
        var other = socket == late ? _socket : late;
        Assert.Throws<ObjectDisposedException>(() => other.Available);
    }

    [Fact]
    public async Task A_name_without_addresses_is_not_known()
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync("a", [], _ => Refuse()));
        Assert.Equal(SocketError.HostNotFound, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_caller_who_gives_up_ends_all_tries()
    {
        using var giveUp = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectAsync("a", [Six, Four], address =>
        {
            if (address.Equals(Four))
            {
                giveUp.Cancel();
            }

            return null;
        }, giveUp.Token));
        Assert.Equal(4, _tried.Count);
    }

    public void Dispose() => _socket.Dispose();

    /// <param name="connect">Gives the connection to an address; null for an address that never answers.</param>
    private Task<Socket> ConnectAsync(
        string host,
        IPAddress[] addresses,
        Func<IPAddress, Task<Socket>?> connect,
        CancellationToken? cancellationToken = null)
    {
        var dialer = new HostDialer(
            TimeSpan.FromSeconds(10),
            new SkippingTime(),
            (_, _) => Task.FromResult(addresses),
            async (address, ending) =>
            {
                Note($"{address.Address}");
                if (connect(address.Address) is { } connection)
                {
                    return await connection;
                }

                try
                {
                    await Task.Delay(Timeout.Infinite, ending);
                }
                finally
                {
                    Note($"{address.Address} ended");
                }

                throw new UnreachableException();
            });
        return dialer.ConnectAsync(new DnsEndPoint(host, 6443), cancellationToken ?? TestContext.Current.CancellationToken);
    }

    private void Note(string text)
    {
        lock (_tried)
        {
            _tried.Add(text);
        }
    }

    private static Task<Socket> Refuse(SocketError error = SocketError.ConnectionRefused) =>
        Task.FromException<Socket>(new SocketException((int)error));
}
