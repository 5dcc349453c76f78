using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MilvusMonitoring.Testing;

/// <summary>A real kube-apiserver with its etcd, in processes of its own.</summary>
/// <remarks>
/// <c>KUBE_APISERVER</c> names a program that is called with a folder and a port, takes that port and the two above it by
/// 1000 and 1001, prints <c>ready KUBECONFIG</c> once the server answers, and ends on SIGTERM. No controllers run.
/// </remarks>
internal sealed class KubeApiServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _errors = new();
    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    private KubeApiServer(string folder, int port) => (_folder, _port, _process) = (folder, port, Launch(folder, port));

    /// <summary>Why no server can be had here; null where one can.</summary>
    public static string? Missing { get; } =
        string.IsNullOrEmpty(Program) ? "KUBE_APISERVER does not name a program that starts a kube-apiserver."
        : !Programs.OnPath("etcd") ? "etcd is not on PATH."
        : null;

    /// <summary>An administrator's kubeconfig.</summary>
    public string Kubeconfig { get; private set; } = string.Empty;

    private static string? Program => Environment.GetEnvironmentVariable("KUBE_APISERVER");

    /// <summary>Starts a server with nothing in it, and waits until it answers.</summary>
    public static async Task<KubeApiServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new KubeApiServer(Directory.CreateTempSubdirectory("kube-apiserver-").FullName, FreePort());
        try
        {
            await server.WaitAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills server and etcd at once, as when their machine goes down, and starts them again with what they had stored.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellationToken)
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();
        _process = Launch(_folder, _port);
        await WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.TerminateAsync(_process, StopLimit);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Process Launch(string folder, int port) => Process.Start(new ProcessStartInfo(Program!, [folder, port.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(StartLimit);
        while (await _process.StandardOutput.ReadLineAsync(bound.Token) is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                Kubeconfig = line["ready ".Length..];
                return;
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
