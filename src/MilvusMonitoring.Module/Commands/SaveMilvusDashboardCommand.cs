using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Dashboards;
using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Commands;

/// <summary>Saves the dashboards of this module as JSON files, for a Git repository or another Grafana. Needs no cluster.</summary>
[Cmdlet(VerbsData.Save, "MilvusDashboard", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class SaveMilvusDashboardCommand : AsyncCommand
{
    /// <summary>
    /// Which of the dashboards: <c>Overview</c>, <c>milvus-query</c>; wildcards are allowed. Default: all.
    /// </summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DashboardNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The folder to save to; it is created if it does not exist. Default: the current folder.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>
    /// The version of Milvus, such as <c>2.6.20</c>, which decides which panels there are. Default: the newest that the module knows.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MilvusVersion { get; set; }

    /// <summary>
    /// The address of a folder with the runbook pages, such as a copy of <c>docs/alerts</c>, to which the dashboards link.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? RunbookUri { get; set; }

    /// <summary>Overwrites existing files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        var documents = OwnDashboards.Choose(
            NameWildcards.Parse(Name),
            ParseVersion(),
            new DashboardOptions { RunbookUri = RunbookUri });
        var folder = ResolvePath(Destination)!;
        if (!Force)
        {
            DashboardFiles.EnsureNew(documents, folder);
        }

        var count = documents.Count == 1 ? "1 dashboard" : $"{documents.Count} dashboards";
        var approval = await output.ApproveAsync($"{count} to {folder}", "Save").ConfigureAwait(false);
        if (!approval.IsGiven)
        {
            return;
        }

        foreach (var document in documents)
        {
            var path = await DashboardFiles.SaveAsync(document, folder, Force, cancellationToken).ConfigureAwait(false);
            output.Object(new FileInfo(path));
        }
    }

    private IReadOnlyList<MilvusVersion> ParseVersion()
    {
        if (MilvusVersion is null)
        {
            return [];
        }

        return Metrics.MilvusVersion.Parse(MilvusVersion) is { } version
            ? [version]
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-MilvusVersion {MilvusVersion} is not a version of Milvus",
                "give one such as 2.6.20",
                nameof(MilvusVersion));
    }
}
