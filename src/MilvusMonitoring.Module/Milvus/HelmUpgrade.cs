using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Has helm make the ServiceMonitor of a release: sets <c>metrics.serviceMonitor</c> in its values, and changes nothing else.
/// </summary>
internal sealed class HelmUpgrade
{
    private readonly ClusterClient _client;
    private readonly IActivitySink _sink;
    private readonly HelmProgram _program;
    private readonly MonitorPlan _plan;
    private readonly HelmStore _store;
    private readonly ChartSource _source;
    private readonly string _setting;
    private readonly IReadOnlyList<string> _upgrade;
    private readonly string? _input;
    private readonly SecretRedactor _secrets;

    private HelmUpgrade(
        ClusterClient client,
        IActivitySink sink,
        HelmProgram program,
        MonitorPlan plan,
        MonitorOptions options,
        ChartSource source)
    {
        (_client, _sink, _program, _plan, _source) = (client, sink, program, plan, source);
        _store = plan.Found.Store!;
        var content = HelmRecordReader.GetContent(_store.Record);
        var numbers = ExactNumbers.Find(content.Config, content.Manifest);
        _setting = HelmArguments.WriteSetting(Chart, options.AsHelmValues);
        _upgrade = HelmArguments.ListForUpgrade(Chart, source, _setting, numbers);
        _input = numbers.Input;
        _secrets = new SecretRedactor(SecretRedactor.ListSecrets(content.Config).Concat(client.Connection.Secrets));
    }

    /// <summary>The object of the question to the user.</summary>
    public string Target =>
        $"the Helm release {_plan.Found.Instance} to have {_plan.Found.MonitorId} "
            + $"({_setting}, chart {Chart.Parent?.Version ?? Chart.ChartVersion} from {_source})";

    private MilvusChart Chart => _plan.Found.Chart!;

    /// <summary>Prepares an upgrade: finds helm, and checks the chart. Changes nothing.</summary>
    /// <exception cref="MonitoringException">There is no helm, helm is too old, or the chart is another.</exception>
    public static async Task<HelmUpgrade> PrepareAsync(
        ClusterClient client,
        IActivitySink sink,
        MonitorPlan plan,
        MonitorOptions options,
        HelmChoice helm,
        CancellationToken cancellationToken)
    {
        var source = helm.Source;
        if (plan.Found.Chart is { Parent: var (parent, parentVersion) } && source.Place == ChartSource.Default)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Milvus is a subchart of {parent} {parentVersion} in the release {plan.Found.Instance}, "
                    + "and the repository of Milvus does not have that chart",
                $"give -Chart the folder, the .tgz or the repository of {parent} {parentVersion}, or leave -Method Helm out",
                parent);
        }

        var program = await HelmProgram.GetAsync(helm.Path, SystemPrograms.Current, cancellationToken).ConfigureAwait(false);
        if (source.IsLocal)
        {
            var chart = plan.Found.Chart!;
            var (installedName, installed) = chart.Parent ?? (MilvusChart.Name, chart.ChartVersion);
            var (name, version) = await program.ShowChartAsync(source.Place, cancellationToken).ConfigureAwait(false);
            if (name != installedName || version != installed)
            {
                var given = $"{OneLine.Clean(name, 60)} {OneLine.Clean(version, 60)}";
                throw new MonitoringException(
                    ErrorId.ParameterInvalid,
                    $"-Chart {source} is {given}, and the release {plan.Found.Instance} was made by {installedName} {installed}",
                    "give that version, so that Milvus itself is not upgraded along with its monitoring",
                    source.Place);
            }
        }

        return new HelmUpgrade(client, sink, program, plan, options, source);
    }

    /// <summary>Runs helm.</summary>
    /// <exception cref="MonitoringException">Helm failed; the error says how it left the release.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var connection = _client.Connection;
        IReadOnlyList<string> arguments = [.. _upgrade, .. HelmArguments.ListForCluster(connection.Kubeconfig, connection.Context)];
        _sink.Verbose(_secrets.Hide(HelmArguments.WriteCommandLine(arguments)));
        _sink.Progress($"Upgrading the Helm release {_plan.Found.Instance}", "helm upgrade", -1);
        var result = await _program
            .UpgradeAsync(
                arguments,
                HelmArguments.GetVariables(HelmProgram.VariableNames, connection.Kubeconfig, _store.Driver),
                _input,
                cancellationToken)
            .ConfigureAwait(false);
        foreach (var line in result.ErrorLines.Select(line => OneLine.Clean(_secrets.Hide(line))).Where(line => line.Length > 0))
        {
            _sink.Verbose($"helm: {line}");
        }

        if (result.ExitCode != 0)
        {
            throw await CreateFailureAsync(result, cancellationToken).ConfigureAwait(false);
        }

        foreach (var warning in result.Warnings)
        {
            _sink.Warning($"helm: {OneLine.Clean(_secrets.Hide(warning))}");
        }

        _sink.Verbose($"The Helm release {_plan.Found.Instance} is at revision {HelmArguments.FindRevision(result.Output)}.");
    }

    /// <summary>Creates the error for a monitor that is missing after an upgrade without an error of helm.</summary>
    public MonitoringException CreateMonitorMissing() => new(
        ErrorId.HelmFailed,
        $"Helm upgraded {_plan.Found.Instance}, but its chart made no {_plan.Found.MonitorId}",
        $"see helm get manifest {Select(Chart.Release, Chart.Namespace)}, or leave -Method Helm out",
        _plan.Found.MonitorId.ToString());

    private static string Select(string release, string namespaceName) =>
        $"{PowerShellText.Quote(release)} --namespace {PowerShellText.Quote(namespaceName)}";

    private async Task<MonitoringException> CreateFailureAsync(HelmResult result, CancellationToken cancellationToken)
    {
        var before = _plan.Found.Instance;
        return new MonitoringException(
            ErrorId.HelmFailed,
            $"Helm could not upgrade {before}: {_secrets.Hide(result.LastError)}",
            await DescribeStateAsync(before, cancellationToken).ConfigureAwait(false),
            before.ToString());
    }

    private async Task<string> DescribeStateAsync(MilvusInstance before, CancellationToken cancellationToken)
    {
        try
        {
            var found = await new InstanceFinder(_client, _sink)
                .GetAsync(before.Name, before.Namespace, cancellationToken)
                .ConfigureAwait(false);
            var after = found.Instance;
            return after.Revision == before.Revision
                ? "the release is as it was; correct that and run the command again"
                : $"its revision {after.Revision} is {after.Status}; correct that, "
                    + $"run helm rollback {PowerShellText.Quote(before.Name)} {before.Revision} "
                    + $"--namespace {PowerShellText.Quote(before.Namespace)}, and then the command again";
        }
        catch (MonitoringException exception)
        {
            _sink.Verbose(exception.Message);
            return $"see helm history {Select(before.Name, before.Namespace)} for what became of it";
        }
    }
}
