using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Dashboards;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Installs dashboards of Milvus into Grafana so that they stay: as a key of a ConfigMap that Grafana mounts, as a ConfigMap for its
/// sidecar, as a resource of the Grafana Operator, or by its HTTP API. Grafana is not restarted.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Install,
    "MilvusDashboard",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = OwnSet)]
[OutputType(typeof(MilvusDashboard))]
public sealed class InstallMilvusDashboardCommand : DashboardCommand
{
    private const string OwnSet = "Own";
    private const string PathSet = "Path";

    private readonly List<GrafanaWork> _work = [];

    /// <summary>
    /// Which of the dashboards of this module: <c>Overview</c>, <c>milvus-query</c>; wildcards are allowed. Default: all.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = OwnSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DashboardNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>
    /// The address of a folder with the runbook pages, such as a copy of <c>docs/alerts</c>, to which the dashboards link.
    /// </summary>
    [Parameter(ParameterSetName = OwnSet)]
    [ValidateNotNull]
    public Uri? RunbookUri { get; set; }

    /// <summary>JSON files of other dashboards, such as Milvus's official one; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>
    /// Mends what does not work in another Grafana: data sources that only its own Grafana has, and types of panels that are gone.
    /// </summary>
    [Parameter(ParameterSetName = PathSet)]
    public SwitchParameter Repair { get; set; }

    /// <summary>
    /// A Milvus, whose version decides which panels there are, or a stack whose Grafana to use. Default: every Milvus of the cluster.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Waits until Grafana has the dashboards.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 5 minutes.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    private protected override Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        // The dashboards are for all Milvus together: those of one version would replace those of another.
        var request = CreateGrafanaRequest(InputObject);
        var (kubeconfig, context) = (client.Connection.Kubeconfig, client.Connection.Context);
        var work = _work.Find(item => (item.Kubeconfig, item.Context) == (kubeconfig, context)
            && (item.Grafana.Choice, item.Grafana.Address) == (request.Choice, request.Address));
        if (work is null)
        {
            _work.Add(work = new GrafanaWork(kubeconfig, context, ResolveTarget(), request));
        }

        if (FindInstance(InputObject) is { } instance)
        {
            work.Instances.Add(instance);
        }

        return Task.CompletedTask;
    }

    /// <summary>None: the objects of the pipeline are only collected.</summary>
    private protected override object? Subject => null;

    /// <inheritdoc />
    private protected override IEnumerable<CommandWork> ListLastWork() => _work.Select(work => new CommandWork(
        (work.Kubeconfig, work.Context),
        async (output, cancellationToken) =>
        {
            using var connection = ClusterConnection.Open(work.Target, output);
            var documents = await ReadAsync(output, cancellationToken).ConfigureAwait(false);
            if (documents.Count == 0 && Path.Length > 0)
            {
                return;
            }

            var request = new InstallDashboardsRequest(work.Grafana, NameWildcards.Parse(Name))
            {
                Documents = documents,
                Repairs = Repair,
                Options = new DashboardOptions { RunbookUri = RunbookUri },
                Instances = work.Instances,
            };
            await InstallAsync(new ClusterClient(connection), request, output, cancellationToken).ConfigureAwait(false);
        }));

    private async Task InstallAsync(
        ClusterClient client,
        InstallDashboardsRequest request,
        CommandOutput output,
        CancellationToken cancellationToken)
    {
        var operation = new InstallDashboardsOperation(client, output);
        using var plan = await operation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        if (plan.Writes.Count > 0)
        {
            var count = plan.Writes.Count == 1 ? "1 dashboard" : $"{plan.Writes.Count} dashboards";
            var approval = await output.ApproveAsync($"{count} in {plan.Site.Name}", "Install").ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Objects(plan.Results.Select(result => result with { IsPlan = true }));
            }

            if (!approval.IsGiven)
            {
                return;
            }
        }

        var done = await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
        var installed = done.Where(item => item.Error is null).Select(item => item.Dashboard).ToList();
        MonitoringException? failure = null;
        if (Wait && installed.Count > 0)
        {
            try
            {
                installed = [.. await operation.WaitAsync(plan.Site, installed, Timeout, cancellationToken).ConfigureAwait(false)];
            }
            catch (MonitoringException exception)
            {
                failure = exception;
            }
        }

        output.Objects(installed);
        foreach (var (dashboard, error) in done.Where(item => item.Error is not null))
        {
            output.Object(dashboard);
            output.Error(error!, dashboard.Uid);
        }

        if (failure is not null)
        {
            output.Error(failure);
        }
    }

    /// <summary>Lists the files of a pattern; none if its folder does not exist.</summary>
    private IReadOnlyList<string> ListFiles(string pattern)
    {
        try
        {
            return [.. SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out _)];
        }
        catch (Exception exception) when (exception is SessionStateException or WildcardPatternException)
        {
            return [];
        }
    }

    /// <summary>Reads the files of dashboards; writes an error for each that is none.</summary>
    private async Task<IReadOnlyList<DashboardDocument>> ReadAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        foreach (var path in Path)
        {
            var found = WildcardPattern.ContainsWildcardCharacters(path) ? ListFiles(path) : [ResolvePath(path)!];
            if (found.Count == 0)
            {
                output.Error(new MonitoringException(
                    ErrorId.DashboardInvalid,
                    $"No file is named {path}",
                    "give the path of a JSON file that Grafana has exported",
                    path));
            }

            paths.AddRange(found);
        }

        var (documents, errors) = await DashboardFiles.ReadAsync(paths, cancellationToken).ConfigureAwait(false);
        foreach (var error in errors)
        {
            output.Error(error, error.Target);
        }

        return documents;
    }

    /// <summary>What is to be done in one Grafana.</summary>
    private sealed record GrafanaWork(string? Kubeconfig, string? Context, ClusterTarget Target, GrafanaRequest Grafana)
    {
        public List<(string? Namespace, string Name)> Instances { get; } = [];
    }
}
