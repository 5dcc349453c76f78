using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Monitoring;

/// <summary>A real Prometheus in a process and a folder of its own; what a package's service of that name does stays as it is.</summary>
public sealed class RealPrometheus : IAsyncDisposable
{
    private const string Data = "data";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client = new();
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private RealPrometheus(DirectoryInfo folder, Process process, int port) =>
        (_folder, _process, Endpoint) = (folder, process, new(IPAddress.Loopback, port));

    /// <summary>The program; null where there is none on PATH.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "prometheus.exe" : "prometheus"))
        .FirstOrDefault(File.Exists);

    public IPEndPoint Endpoint { get; }

    public Uri Address => new($"http://{Endpoint}/");

    /// <summary>Starts one with a configuration, and waits until it answers.</summary>
    public static Task<RealPrometheus> StartAsync(string configuration, CancellationToken cancellationToken) =>
        StartAsync(new PrometheusFiles(configuration, new Dictionary<string, string>()), cancellationToken);

    /// <summary>Starts one with a configuration and rule files, and waits until it answers.</summary>
    public static Task<RealPrometheus> StartAsync(PrometheusFiles files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        return StartAsync(files, Directory.CreateTempSubdirectory("prometheus-"), cancellationToken);
    }

    /// <summary>Starts one that scrapes nothing and has samples of the past.</summary>
    /// <param name="history">A file of samples with their times, in the text format of OpenMetrics.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<RealPrometheus> StartWithHistoryAsync(string history, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("prometheus-");
        var start = new ProcessStartInfo(
            "promtool",
            ["tsdb", "create-blocks-from", "openmetrics", "--quiet", history, Path.Combine(folder.FullName, Data)])
        {
            RedirectStandardError = true,
        };
        using var backfill = Process.Start(start)!;
        var errors = await backfill.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await backfill.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (backfill.ExitCode != 0)
        {
            folder.Delete(recursive: true);
            throw new InvalidOperationException($"promtool refuses {history}: {errors}");
        }

        var files = new PrometheusFiles("global: {scrape_interval: 30s}", new Dictionary<string, string>());
        return await StartAsync(files, folder, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<RealPrometheus> StartAsync(PrometheusFiles files, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var file = Path.Combine(folder.FullName, PrometheusFiles.Name);
        await files.WriteAsync(folder, cancellationToken).ConfigureAwait(false);
        var start = new ProcessStartInfo(
            Program!,
            [
                $"--config.file={file}",
                $"--storage.tsdb.path={Path.Combine(folder.FullName, Data)}",
                $"--web.listen-address=127.0.0.1:{port}",
                "--web.enable-lifecycle",

                // An alert that fires before the Alertmanagers are found is sent again only after this time.
                "--rules.alert.resend-delay=1s",
                "--log.level=error",
            ])
        {
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var prometheus = new RealPrometheus(folder, process, port);
        try
        {
            await prometheus.WaitAsync(cancellationToken).ConfigureAwait(false);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Evaluates an expression at a time.</summary>
    /// <returns>The series with their values.</returns>
    /// <exception cref="InvalidOperationException">It refuses the expression.</exception>
    public async Task<JsonArray> QueryAsync(string expression, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var query = $"api/v1/query?time={time.ToUnixTimeSeconds()}&query={Uri.EscapeDataString(expression)}";
        using var answer = await _client.GetAsync(new Uri(Address, query), cancellationToken).ConfigureAwait(false);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(body)!["data"]!["result"]!.AsArray()
            : throw new InvalidOperationException($"{expression}: {body}");
    }

    /// <summary>Has it load another configuration.</summary>
    /// <returns>Whether it took it.</returns>
    public async Task<bool> LoadAsync(PrometheusFiles files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        await files.WriteAsync(_folder, cancellationToken).ConfigureAwait(false);
        using var answer = await _client.PostAsync(new Uri(Address, "-/reload"), content: null, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode;
    }

    public async Task<string> VersionAsync(CancellationToken cancellationToken) =>
        (string?)
            JsonNode.Parse(
                await _client.GetStringAsync(new Uri(Address, "api/v1/status/buildinfo"), cancellationToken).ConfigureAwait(false)
            )!["data"]!["version"]
        ?? "";

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

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!await IsReadyAsync(limit.Token).ConfigureAwait(false))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"Prometheus ended with {_process.ExitCode}.");
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
