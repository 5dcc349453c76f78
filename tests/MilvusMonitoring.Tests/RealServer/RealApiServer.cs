using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

[assembly: AssemblyFixture(typeof(MilvusMonitoring.Tests.RealApiServer))]

namespace MilvusMonitoring.Tests;

/// <summary>A real kube-apiserver with its etcd, started by the first test that asks for it and ended with the run.</summary>
/// <remarks>
/// <c>KUBE_APISERVER</c> names a program that is called with a folder and a port, takes that port and the two above it by
/// 1000 and 1001, prints <c>ready KUBECONFIG</c> once the server answers, and ends on SIGTERM. No controllers run.
/// Tests that share it belong to the collection <see cref="Collection"/>, so that they take turns.
/// </remarks>
public sealed class RealApiServer : IAsyncDisposable
{
    /// <summary>The collection of the tests that use the server.</summary>
    public const string Collection = "A real API server";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly StringBuilder _errors = new();
    private string? _folder;
    private Process? _process;
    private string? _kubeconfig;

    /// <summary>An administrator's kubeconfig for the server; skips the test where no server can be had.</summary>
    public async Task<string> GetKubeconfigAsync()
    {
        var program = Environment.GetEnvironmentVariable("KUBE_APISERVER");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "KUBE_APISERVER does not name a program that starts a kube-apiserver.");
        Assert.SkipUnless(ChildProcess.OnPath("etcd"), "etcd is not on PATH.");

        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _kubeconfig ??= await StartAsync(program!);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await ChildProcess.TerminateAsync(_process, StopLimit);
            _process.Dispose();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
    }

    private async Task<string> StartAsync(string program)
    {
        _folder ??= Directory.CreateTempSubdirectory("kube-apiserver-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(program, [_folder, port.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(StartLimit);
        while (await _process.StandardOutput.ReadLineAsync(bound.Token) is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                return line["ready ".Length..];
            }
        }

        throw new InvalidOperationException($"The API server did not start: {_errors}");
    }

    private static int FreePort()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            // Below the range from which systems hand out ports by themselves.
            var port = Random.Shared.Next(20_000, 31_000);
            if (new[] { port, port + 1000, port + 1001 }.All(IsFree))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No three free ports were found.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
