using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>
/// Runs the program that gives a user's credential: bounded in time and output, with nothing to read from and never a prompt.
/// </summary>
internal sealed class ExecCredentialPlugin
{
    private const int OutputLimit = 1 << 20;
    private const int ConfigLimit = 64 << 10;

    private readonly ClusterSettings _settings;
    private readonly KubeconfigExec _exec;
    private readonly TimeSpan _limit;

    /// <summary>Prepares the plugin; it is not run yet.</summary>
    /// <param name="settings">The cluster, and the user whose plugin it is.</param>
    /// <param name="limit">How long it may run.</param>
    public ExecCredentialPlugin(ClusterSettings settings, TimeSpan limit)
    {
        _settings = settings;
        _exec = settings.User.Exec!;
        _limit = limit;
    }

    /// <summary>
    /// How long a plugin may run: long enough for a slow sign-in service, short enough for a pipeline that hangs at a prompt.
    /// </summary>
    public static TimeSpan DefaultLimit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Runs the plugin once.</summary>
    /// <param name="cancellationToken">Ends it; it is killed with all it has started.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MonitoringException">The plugin is not there, failed, hung, or gave no credential.</exception>
    public async Task<ExecCredential> RunAsync(CancellationToken cancellationToken)
    {
        var program = ExecutableFinder.Find(_exec.Command)
            ?? throw Failed(
                "is not installed or not on the PATH",
                _exec.InstallHint is { } hint ? OneLine.WithoutEnd(OneLine.Clean(hint)) : "install it, or sign in another way");
        using var process = Start(program);
        var errors = new StringBuilder();
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_limit);
            process.StandardInput.Close();
            var reading = ReadErrorsAsync(process.StandardError, errors, limit.Token);
            var output = await ReadOutputAsync(process.StandardOutput.BaseStream, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            await Task.WhenAll(reading, process.WaitForExitAsync(limit.Token)).WaitAsync(limit.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw Failed(
                    $"ended with exit code {process.ExitCode}{Said(errors)}",
                    "run it by hand to see what it needs, such as signing in again");
            }

            return ExecCredential.Parse(output, _exec.ApiVersion, out var fault)
                ?? throw Failed(fault + Said(errors), "run it by hand to see what it prints");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(
                $"did not finish within {_limit.TotalSeconds:0.#} s{Said(errors)}",
                "sign in beforehand, or set the plugin up so that it asks nothing");
        }
        catch (InvalidDataException)
        {
            throw Failed($"printed more than {OutputLimit >> 20} MiB", "see that it is the right command");
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>An error about the plugin.</summary>
    /// <param name="fault">What is wrong, to follow the plugin's name.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="cause">The cause.</param>
    /// <returns>The error.</returns>
    public MonitoringException Failed(string fault, string remedy, Exception? cause = null) => new(
        ErrorId.CredentialPluginFailed,
        $"The credential plugin '{OneLine.Clean(_exec.Command, 200)}' of the user '{_settings.User.Name}' {fault}",
        remedy,
        _exec.Command,
        cause);

    private Process Start(string program)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in _exec.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in _exec.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = ExecInfo();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw Failed(
                "cannot be started: " + OneLine.WithoutEnd(OneLine.Clean(exception.Message, 200)),
                "see that it is a program for this machine",
                exception);
        }
    }

    private string ExecInfo()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "ExecCredential");
            writer.WriteString("apiVersion", _exec.ApiVersion);
            writer.WriteStartObject("spec");
            writer.WriteBoolean("interactive", false);
            if (_exec.ProvideClusterInfo)
            {
                WriteCluster(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteCluster(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("cluster");
        writer.WriteString("server", ClusterSettings.AddressOf(_settings.Server));
        if (_settings.TlsServerName is { } name)
        {
            writer.WriteString("tls-server-name", name);
        }

        if (!_settings.CertificateAuthority.IsAbsent)
        {
            writer.WriteBase64String(
                "certificate-authority-data",
                Encoding.UTF8.GetBytes(PemFiles.ReadBundle(_settings.CertificateAuthority, "the cluster's CA").ExportCertificatePems()));
        }

        if (_settings.Proxy is { } proxy)
        {
            writer.WriteString("proxy-url", proxy.OriginalString);
        }

        if (_settings.DisableCompression)
        {
            writer.WriteBoolean("disable-compression", true);
        }

        if (_settings.ExecConfig is { } config)
        {
            writer.WritePropertyName("config");
            writer.WriteRawValue(
                config.ToJson(ConfigLimit)
                    ?? throw Failed(
                        $"has more than {ConfigLimit >> 10} KiB of settings in the cluster's extension",
                        "shorten the extension client.authentication.k8s.io/exec"));
        }

        writer.WriteEndObject();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadOutputAsync(Stream stream, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            output.Write(buffer, 0, read);
            if (output.Length > OutputLimit)
            {
                throw new InvalidDataException();
            }
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    // Keeps the end of what was said, also of a plugin that is about to be killed.
    private static async Task ReadErrorsAsync(StreamReader reader, StringBuilder errors, CancellationToken cancellationToken)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            lock (errors)
            {
                errors.Append(buffer, 0, read);
                errors.Remove(0, Math.Max(0, errors.Length - 4096));
            }
        }
    }

    private static string Said(StringBuilder errors)
    {
        string text;
        lock (errors)
        {
            text = errors.ToString();
        }

        var last = text.Split('\n').Select(line => OneLine.WithoutEnd(OneLine.Clean(line, 300))).LastOrDefault(line => line.Length > 0);
        return last is null ? "" : ": " + last;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It ended by itself in the meantime, or is not ours to end.
            Debug.WriteLine(exception);
        }
    }
}
