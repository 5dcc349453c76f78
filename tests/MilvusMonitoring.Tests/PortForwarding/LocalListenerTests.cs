using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Platform;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>How a listener takes what Windows and macOS answer, which Linux plays.</summary>
public sealed class LocalListenerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_gone_before_it_is_taken_does_not_end_the_listener(bool whenAccepted)
    {
        // macOS: accept(2) and setsockopt(2) fail with EINVAL for a connection that the other side has reset.
        var refused = 0;
        void RefuseOnce()
        {
            if (refused++ == 0)
            {
                throw new SocketException((int)SocketError.InvalidArgument);
            }
        }

        var system = LocalSockets.Current with { System = SystemKind.MacOS };
        using var listener = Listen(whenAccepted
            ? system with { Accept = socket => { RefuseOnce(); return socket.AcceptAsync(); } }
            : system with { Prepare = _ => RefuseOnce() });
        var accepted = new TaskCompletionSource<Socket>();
        var accepting = listener.AcceptAsync(socket => accepted.TrySetResult(socket));

        using var first = Connect(listener);
        using var second = Connect(listener);

        using var taken = await accepted.Task.WaitAsync(Limits.Wait, TestContext.Current.CancellationToken);
        Assert.False(accepting.IsCompleted);
        listener.Dispose();
        await accepting.WaitAsync(Limits.Wait, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_listener_that_accepts_nothing_any_more_says_so()
    {
        using var listener = Listen(LocalSockets.Current with
        {
            Accept = _ => throw new SocketException((int)SocketError.InvalidArgument),
        });

        var error = await Assert.ThrowsAsync<SocketException>(() =>
            listener.AcceptAsync(_ => { }).WaitAsync(Limits.Wait, TestContext.Current.CancellationToken));

        Assert.Equal(SocketError.InvalidArgument, error.SocketErrorCode);
    }

    [Theory]
    [InlineData("Windows", "Windows excludes the port (Hyper-V, WSL and Docker", "netsh interface ipv4 show excludedportrange protocol=tcp")]
    [InlineData("MacOS", "the operating system reserves the port", "give a -LocalPort of 1024 or above")]
    [InlineData("Linux", "the operating system reserves the port", "give a -LocalPort of 1024 or above")]
    public void A_port_that_the_system_denies_is_told_as_the_system_means_it(string system, string reason, string remedy)
    {
        var error = Assert.Throws<MonitoringException>(() => LocalListener.Start([IPAddress.Loopback], 50_000, LocalSockets.Current with
        {
            System = Enum.Parse<SystemKind>(system),
            Bind = (_, _) => throw new SocketException((int)SocketError.AccessDenied),
        }));

        Assert.Equal(ErrorId.PortNotAvailable, error.ErrorId);
        Assert.StartsWith("Cannot listen on 127.0.0.1:50000: " + reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_port_that_is_excluded_on_the_other_address_is_passed_over()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "there is no IPv6 here");
        var refused = new List<int>();
        using var listener = LocalListener.Start(LocalListener.Loopback, 0, LocalSockets.Current with
        {
            Bind = (socket, address) =>
            {
                if (address is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } six && refused.Count == 0)
                {
                    refused.Add(six.Port);
                    throw new SocketException((int)SocketError.AccessDenied);
                }

                socket.Bind(address);
            },
        });

        Assert.NotEqual(Assert.Single(refused), listener.Port);
    }

    private static LocalListener Listen(LocalSockets system) => LocalListener.Start([IPAddress.Loopback], 0, system);

    private static Socket Connect(LocalListener listener)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, listener.Port);
        return client;
    }
}
