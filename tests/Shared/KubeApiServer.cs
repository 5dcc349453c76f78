using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MilvusMonitoring.Testing;

/// <summary>A real kube-apiserver with its etcd, alone or with all else that a node has, in processes of its own.</summary>
internal sealed class KubeApiServer : IAsyncDisposable
{
    /// <summary>The exit status of a program that cannot run on this machine, and says why.</summary>
    private const int CannotRunHere = 2;

    // The program gets a pipe that closes with this process, however it ends: nothing that was started is left behind.
    private const string Guard = """
        "$@" < /dev/null & program=$!
        exec 3<&0
        { while read -r _ <&3; do :; done; kill -TERM $program; } 2> /dev/null & watch=$!
        exec 3<&- < /dev/null
        trap 'kill -TERM $program' TERM
        wait $program; code=$?
        while kill -0 $program 2> /dev/null; do wait $program; code=$?; done
        kill -KILL $watch 2> /dev/null
        exit $code
        """;

    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(5);

    private readonly StringBuilder _errors = new();
    private readonly KubernetesProgram _program;
    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    private KubeApiServer(KubernetesProgram program, string folder, int port) =>
        (_program, _folder, _port, _process) = (program, folder, port, Launch(program, folder, port));

    /// <summary>Why no kube-apiserver can be had here; null where one can.</summary>
    public static string? Missing => KubernetesProgram.ApiServer.Missing;

    /// <summary>An administrator's kubeconfig.</summary>
    public string Kubeconfig { get; private set; } = string.Empty;

    /// <summary>Starts a kube-apiserver with nothing in it, and waits until it answers.</summary>
    public static Task<KubeApiServer> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(KubernetesProgram.ApiServer, cancellationToken);

    /// <summary>Starts a Kubernetes with nothing in it, and waits until it is ready.</summary>
    /// <exception cref="NotSupportedException">The program says that it cannot run on this machine.</exception>
    public static async Task<KubeApiServer> StartAsync(KubernetesProgram program, CancellationToken cancellationToken)
    {
        var server = new KubeApiServer(program, Directory.CreateTempSubdirectory(program.Name + "-").FullName, FreePort());
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
        _process = Launch(_program, _folder, _port);
        await WaitAsync(cancellationToken);
    }

    /// <summary>Runs a command inside the node, which reads a file, if any, from its standard input.</summary>
    public async Task RunInNodeAsync(string? input, IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder, "in-node"), command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        if (input is not null)
        {
            await using var file = File.OpenRead(input);
            await file.CopyToAsync(process.StandardInput.BaseStream, cancellationToken);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{start.ArgumentList[0]} ended with {process.ExitCode} in the node: {await said}{await errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.TerminateAsync(_process, StopLimit);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (KubernetesProgram.FindLeft(_port) is { Count: > 0 } left)
        {
            throw new InvalidOperationException($"{_program.Name} has ended and left {string.Join(", ", left)}.");
        }
    }

    private static Process Launch(KubernetesProgram program, string folder, int port) =>
        Process.Start(new ProcessStartInfo("sh", ["-c", Guard, "sh", program.Path!, folder, port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(KubernetesProgram.StartLimit);
        while (await _process.StandardOutput.ReadLineAsync(bound.Token) is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                Kubeconfig = line["ready ".Length..];
                return;
            }
        }

        await _process.WaitForExitAsync(bound.Token);
        var why = $"{_program.Name} did not start: {_errors}";
        throw _process.ExitCode == CannotRunHere ? new NotSupportedException(why) : new InvalidOperationException(why);
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
