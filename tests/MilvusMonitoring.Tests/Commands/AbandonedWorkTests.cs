using System.Collections;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MilvusMonitoring.Commands;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.IO;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Work that nobody waits for any more: its end is nobody's error, and no question keeps it.</summary>
public sealed class AbandonedWorkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _mark = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_error_is_not_raised_in_the_process()
    {
        // The finalizer of a task raises its error if nobody has read it. All cases share the collections, which are dear.
        var raised = new ConcurrentBag<string>();
        void Keep(object? sender, UnobservedTaskExceptionEventArgs error)
        {
            if (error.Exception.ToString() is var text && text.Contains(_mark, StringComparison.Ordinal))
            {
                raised.Add(text);
            }
        }

        TaskScheduler.UnobservedTaskException += Keep;
        try
        {
            await FailAsync();
            for (var round = 0; round < 3; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Keep;
        }

        Assert.Empty(raised);
    }

    [Fact]
    public async Task A_question_that_Ctrl_C_leaves_open_keeps_no_work_waiting()
    {
        using var stop = new CancellationTokenSource();
        using var queue = new MessageQueue();
        var output = new CommandOutput(null!, queue, stop.Token);
        var asked = output.ApproveAsync("grafana", "Delete");
        Assert.False(asked.IsCompleted);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(Limits.Wait, Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => output.ApproveAsync("grafana", "Delete").WaitAsync(Limits.Wait, Cancellation));
    }

    public void Dispose() => _folder.Dispose();

    private async Task FailAsync()
    {
        await DialAsync();

        // What follows would run within the end of the task that has failed, which keeps that task alive.
        await Task.Yield();
        await FillAsync();
        await CompleteAsync();
        await PlanAsync();
        await Task.Yield();
    }

    /// <summary>The family of addresses that loses the race fails after the other has won.</summary>
    private async Task DialAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var dialer = new HostDialer(
            Limits.Wait,
            TimeProvider.System,
            (_, _) => Task.FromResult(new[] { IPAddress.IPv6Loopback, IPAddress.Loopback }),
            async (address, _) =>
            {
                if (address.AddressFamily == AddressFamily.InterNetwork)
                {
                    return socket;
                }

                await Task.Delay(TimeSpan.FromSeconds(0.5), CancellationToken.None);
                throw new MarkedSocketException(_mark + " of the dialer");
            });
        Assert.Same(socket, await dialer.ConnectAsync(new DnsEndPoint("k", 1), Cancellation));
    }

    /// <summary>A background task of a port-forward fails between two waits.</summary>
    private Task FillAsync()
    {
        var tasks = new TaskSet();
        tasks.Add(Task.Run(() => throw new IOException(_mark + " of a filler"), Cancellation));
        return tasks.WaitUntilEmptyAsync();
    }

    /// <summary>A completion has no place for errors.</summary>
    private Task CompleteAsync()
    {
        var bound = new Hashtable { ["Kubeconfig"] = _folder.Write("completed", Unusable("completer")) };
        Assert.Empty(new ClusterCompleter().CompleteArgument("Get-MilvusInstance", "Namespace", "", null!, bound));
        return Task.CompletedTask;
    }

    /// <summary>The reading of the manifests waits for the version of a cluster that cannot be asked.</summary>
    private async Task PlanAsync()
    {
        using var connection = TestKubeconfig.Open(_folder, Unusable("plan"));
        var operation = new InstallOperation(
            new ClusterClient(connection),
            new RecordingSink(),
            new ReleaseStore(),
            new InstallOptions(ForceConflicts: false, ThrottleLimit: 1));
        await Assert.ThrowsAsync<MonitoringException>(() =>
            operation.PlanAsync(new ManifestRequest(null, null, ManifestSelection.All), Cancellation));
    }

    private string Unusable(string name) =>
        TestKubeconfig.Text("server: 'https://127.0.0.1:1'", $"tokenFile: /nonexistent/{_mark}-of-the-{name}");

    private sealed class MarkedSocketException(string message) : SocketException((int)SocketError.ConnectionRefused)
    {
        public override string Message => message;
    }
}
