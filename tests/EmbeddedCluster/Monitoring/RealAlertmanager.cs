using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmbeddedCluster.Monitoring;

/// <summary>A real Alertmanager in a process and a folder of its own.</summary>
public sealed class RealAlertmanager : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client = new();
    private readonly StringBuilder _log = new();
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private RealAlertmanager(DirectoryInfo folder, Process process, int port) =>
        (_folder, _process, Endpoint) = (folder, process, new(IPAddress.Loopback, port));

    /// <summary>The program; null where there is none on PATH.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => (string[])[Path.Combine(folder, "prometheus-alertmanager"), Path.Combine(folder, "alertmanager")])
        .FirstOrDefault(File.Exists);

    public IPEndPoint Endpoint { get; }

    public Uri Address => new($"http://{Endpoint}/");

    /// <summary>What it has logged.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts one with a configuration, and waits until it answers.</summary>
    public static async Task<RealAlertmanager> StartAsync(string configuration, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("alertmanager-");
        var port = FreePort();
        var file = Path.Combine(folder.FullName, "alertmanager.yml");
        await File.WriteAllTextAsync(file, configuration, cancellationToken).ConfigureAwait(false);
        var start = new ProcessStartInfo(
            Program!,
            [
                $"--config.file={file}",
                $"--storage.path={Path.Combine(folder.FullName, "data")}",
                $"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var alertmanager = new RealAlertmanager(folder, process, port);
        process.ErrorDataReceived += (_, line) => alertmanager.Keep(line.Data);
        process.BeginErrorReadLine();
        try
        {
            await alertmanager.WaitAsync(cancellationToken).ConfigureAwait(false);
            return alertmanager;
        }
        catch
        {
            await alertmanager.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Has it load another configuration.</summary>
    /// <returns>Whether it took it.</returns>
    public async Task<bool> LoadAsync(string configuration, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "alertmanager.yml"), configuration, cancellationToken)
            .ConfigureAwait(false);
        using var answer = await _client.PostAsync(new Uri(Address, "-/reload"), content: null, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.Append(line).Append('\n');
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!await IsReadyAsync(limit.Token).ConfigureAwait(false))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"Alertmanager ended with {_process.ExitCode}: {Log}");
            }

            await Task.Delay(25, limit.Token).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri(Address, "-/ready"), cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
