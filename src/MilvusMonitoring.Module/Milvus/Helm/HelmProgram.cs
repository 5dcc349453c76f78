using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;
using YamlDotNet.Core;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>The helm of this machine.</summary>
internal sealed class HelmProgram
{
    private const string Name = "helm";
    private const string NoHelmNeeded = "or leave -Method Helm out, which needs no helm";

    // The chart's README asks for 3.14; --set-json came before, with 3.10.
    private static readonly System.Version Oldest = new(3, 14);
    private static readonly TimeSpan QueryLimit = Bounds.HelmQueryTime.Time;
    private static readonly TimeSpan UpgradeLimit = Bounds.HelmUpgradeTime.Time;

    private readonly string _path;
    private readonly SystemPrograms _programs;

    private HelmProgram(string path, SystemPrograms programs) => (_path, _programs) = (path, programs);

    /// <summary>Gets helm, and checks its version.</summary>
    /// <param name="path">The full path of the program; null for <c>helm</c> on the PATH.</param>
    /// <param name="programs">How programs are found, started and ended.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="MonitoringException">There is no helm, or helm is too old.</exception>
    public static async Task<HelmProgram> GetAsync(string? path, SystemPrograms programs, CancellationToken cancellationToken)
    {
        var found = programs.Find(path ?? Name) ?? throw CreateNotFound(path);
        var program = new HelmProgram(found, programs);
        var result = await program.QueryAsync(["version", "--template", "{{.Version}}"], cancellationToken).ConfigureAwait(false);
        var text = Encoding.UTF8.GetString(result.Output.Span).Trim();
        if (result.ExitCode != 0 || !System.Version.TryParse(text.TrimStart('v').Split('-', '+')[0], out var version))
        {
            throw new MonitoringException(
                ErrorId.HelmNotFound,
                $"{found} does not answer 'helm version' like helm",
                $"name another program with -HelmPath, {NoHelmNeeded}",
                found);
        }

        return version >= Oldest
            ? program
            : throw new MonitoringException(
                ErrorId.HelmTooOld,
                $"{found} is helm {OneLine.Clean(text, 40)}, and Milvus's chart needs {Oldest} or newer",
                $"install a newer helm, name it with -HelmPath, {NoHelmNeeded}",
                found);
    }

    /// <summary>Reads a chart's name and version.</summary>
    /// <param name="chart">A file or folder.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MonitoringException">The file or folder is not a chart.</exception>
    public async Task<(string? Name, string? Version)> ShowChartAsync(string chart, CancellationToken cancellationToken)
    {
        var result = await QueryAsync(["show", "chart", chart], cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-Chart {chart} is not a chart: {result.LastError}",
                "give a chart's folder or .tgz, or the URL of a repository",
                chart);
        }

        try
        {
            var fields = YamlValue.Read(new StringReader(Encoding.UTF8.GetString(result.Output.Span))) as YamlValue.YamlMapping;
            return (fields?.Text("name"), fields?.Text("version"));
        }
        catch (YamlException)
        {
            return (null, null);
        }
    }

    /// <summary>Runs <c>helm upgrade</c>. On cancellation helm gets time to shut down cleanly.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="variables">The variables to set; null values for those to remove.</param>
    /// <param name="input">The standard input; null for none.</param>
    /// <param name="cancellationToken">Ends the upgrade.</param>
    /// <exception cref="MonitoringException">Helm cannot be run, or takes too long.</exception>
    public Task<HelmResult> UpgradeAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?> variables,
        string? input,
        CancellationToken cancellationToken) =>
        RunAsync(arguments, variables, input, UpgradeLimit, HelmProcess.EndLimit, cancellationToken);

    /// <summary>The names of the variables that helm inherits from this process.</summary>
    public static IEnumerable<string> VariableNames => Environment.GetEnvironmentVariables().Keys.Cast<string>();

    // A query changes nothing, so that helm may be killed.
    private Task<HelmResult> QueryAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(arguments, new Dictionary<string, string?>(), null, QueryLimit, TimeSpan.Zero, cancellationToken);

    private static MonitoringException CreateNotFound(string? path) =>
        path is null
            ? new MonitoringException(
                ErrorId.HelmNotFound,
                "There is no helm on the PATH",
                $"install it, name it with -HelmPath, {NoHelmNeeded}",
                Name)
            : new MonitoringException(
                ErrorId.HelmNotFound,
                $"There is no program at {path}",
                $"correct -HelmPath, {NoHelmNeeded}",
                path);

    private async Task<HelmResult> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?> variables,
        string? input,
        TimeSpan limit,
        TimeSpan endLimit,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = [.. arguments];
        var start = CreateStart(words);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(limit);
        try
        {
            return await HelmProcess.RunAsync(start, _programs, input, endLimit, bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MonitoringException(
                ErrorId.TimedOut,
                $"{_path} {words[0]} did not end within {limit.TotalSeconds:0} s",
                "run it by hand to see what it waits for",
                _path);
        }
        catch (Win32Exception exception)
        {
            throw new MonitoringException(
                ErrorId.HelmNotFound,
                $"{_path} cannot be started: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message, 200))}",
                $"check that it is a program for this machine, {NoHelmNeeded}",
                _path,
                exception);
        }
    }

    private ProcessStartInfo CreateStart(IReadOnlyList<string> arguments)
    {
        try
        {
            return _programs.CreateStart(_path, arguments);
        }
        catch (BatchArgumentException exception)
        {
            throw new MonitoringException(
                ErrorId.HelmNotFound,
                $"{_path} is a batch file, and {exception.Message}",
                $"name the program helm.exe with -HelmPath, {NoHelmNeeded}",
                _path,
                exception);
        }
    }
}
