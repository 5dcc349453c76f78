using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>
/// Runs the exec plugin of a user, with limits on time and output, an empty standard input and no prompt.
/// </summary>
internal sealed class ExecCredentialPlugin
{
    private readonly ClusterSettings _settings;
    private readonly KubeconfigExec _exec;
    private readonly TimeSpan _limit;
    private readonly SystemPrograms _programs;

    /// <param name="limit">The time limit of the plugin.</param>
    /// <param name="programs">How programs are found, started and ended; null for this system.</param>
    public ExecCredentialPlugin(ClusterSettings settings, TimeSpan limit, SystemPrograms? programs = null)
    {
        _settings = settings;
        _exec = settings.User.Exec!;
        _limit = limit;
        _programs = programs ?? SystemPrograms.Current;
    }

    /// <summary>
    /// The time limit of a plugin: long enough for a slow sign-in service, short enough for a pipeline that hangs at a prompt.
    /// </summary>
    public static TimeSpan DefaultLimit { get; } = Bounds.PluginTime.Time;

    /// <summary>Runs the plugin once. The cancellation kills the plugin and all that it has started.</summary>
    /// <exception cref="MonitoringException">The plugin is missing, failed, ran too long, or printed no credential.</exception>
    public async Task<ExecCredential> RunAsync(CancellationToken cancellationToken)
    {
        var program = _programs.Find(_exec.Command) ?? throw CreateFailed(
            "is not installed or not on the PATH",
            _exec.InstallHint is { } hint ? OneLine.TrimPunctuation(OneLine.Clean(hint)) : "install it, or sign in another way");
        using var plugin = Start(program);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_limit);
            var (exitCode, output) = await plugin
                .RunAsync(null, Bounds.PluginOutput.Limit, dropsMore: false, limit.Token)
                .ConfigureAwait(false);
            if (exitCode != 0)
            {
                throw CreateFailed(
                    $"ended with exit code {exitCode}{LastErrorLine(plugin)}",
                    "run it by hand to see what it needs, such as signing in again");
            }

            return ExecCredential.Parse(output, _exec.ApiVersion, out var fault)
                ?? throw CreateFailed(fault + LastErrorLine(plugin), "run it by hand to see what it prints");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CreateFailed(
                $"did not finish within {_limit.TotalSeconds:0.#} s{LastErrorLine(plugin)}",
                "sign in beforehand, or set the plugin up so that it does not prompt");
        }
        catch (InvalidDataException)
        {
            throw CreateFailed($"printed more than {Bounds.PluginOutput}", "check that it is the right command");
        }
    }

    /// <summary>Creates an error of the plugin.</summary>
    /// <param name="fault">The fault, to follow the plugin's name.</param>
    public MonitoringException CreateFailed(string fault, string remedy, Exception? cause = null) => new(
        ErrorId.CredentialPluginFailed,
        $"The credential plugin '{OneLine.Clean(_exec.Command, 200)}' of the user '{_settings.User.Name}' {fault}",
        remedy,
        _exec.Command,
        cause);

    private ChildProcess Start(string program)
    {
        var start = CreateStart(program);
        start.CreateNoWindow = true;
        start.WorkingDirectory = Directory.Exists(_settings.Folder) ? _settings.Folder : string.Empty;
        foreach (var (name, value) in _exec.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = WriteExecInfo();
        try
        {
            return ChildProcess.Start(start, _programs);
        }
        catch (Win32Exception exception)
        {
            throw CreateFailed(
                "cannot be started: " + OneLine.TrimPunctuation(OneLine.Clean(exception.Message, 200)),
                "check that it is a program for this machine",
                exception);
        }
    }

    private ProcessStartInfo CreateStart(string program)
    {
        try
        {
            return _programs.CreateStart(program, _exec.Arguments);
        }
        catch (BatchArgumentException exception)
        {
            throw CreateFailed(
                $"is the batch file {program}, and {exception.Message}",
                "name the program that it starts as the command, or give that argument in another way",
                exception);
        }
    }

    private string WriteExecInfo()
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
            var bundle = PemFiles.ReadBundle(_settings.CertificateAuthority, "the cluster's CA").ExportCertificatePems();
            writer.WriteBase64String("certificate-authority-data", Encoding.UTF8.GetBytes(bundle));
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
            var json = config.ToJson(Bounds.PluginSettings.Limit) ?? throw CreateFailed(
                $"has more than {Bounds.PluginSettings} of settings in the cluster's extension",
                "shorten the extension client.authentication.k8s.io/exec");
            writer.WritePropertyName("config");
            writer.WriteRawValue(json);
        }

        writer.WriteEndObject();
    }

    private static string LastErrorLine(ChildProcess plugin)
    {
        var last = plugin.ErrorLines
            .Select(line => OneLine.TrimPunctuation(OneLine.Clean(line, 300)))
            .LastOrDefault(line => line.Length > 0);
        return last is null ? "" : ": " + last;
    }
}
