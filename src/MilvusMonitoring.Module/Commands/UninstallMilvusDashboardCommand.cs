using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Dashboards;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands;

/// <summary>Takes dashboards out of Grafana that Install-MilvusDashboard has put there, and nothing else.</summary>
[Cmdlet(VerbsLifecycle.Uninstall, "MilvusDashboard", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusDashboard))]
public sealed class UninstallMilvusDashboardCommand : DashboardCommand
{
    /// <summary>The uid, the title, or the last word of the title; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DashboardNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>A dashboard of Get-MilvusDashboard, or a stack whose Grafana to use.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var names = ParseNames();
        using var plan = await new UninstallDashboardsOperation(client, output)
            .PlanAsync(CreateGrafanaRequest(InputObject), names, cancellationToken).ConfigureAwait(false);
        if (plan.Changes.Count == 0)
        {
            return;
        }

        var count = plan.Changes.Count == 1 ? plan.Results[0].ToString() : $"{plan.Changes.Count} dashboards";
        var approval = await output.ApproveAsync($"{count} in {plan.Site.Name}", "Uninstall").ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            output.Objects(plan.Results.Select(result => result with { IsPlan = true }));
        }

        if (!approval.IsGiven)
        {
            return;
        }

        var done = await UninstallDashboardsOperation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
        foreach (var (dashboard, error) in done)
        {
            output.Object(dashboard);
            if (error is not null)
            {
                output.Error(error, dashboard.Uid);
            }
        }
    }

    /// <summary>A piped dashboard is the one with its uid only. An object that names no dashboard must not stand for all.</summary>
    private NamePattern ParseNames()
    {
        if (InputObject is null || new PipedObject(InputObject) is not { } piped)
        {
            return NameWildcards.Parse(Name);
        }

        if (piped.Is<MilvusDashboard>() && piped.Text(nameof(MilvusDashboard.Uid)) is { } uid)
        {
            return new NamePattern(candidate => candidate == uid, uid);
        }

        return piped.Is<MonitoringStack>() || piped.Is<KubePrometheusStack>()
            ? NameWildcards.Parse(Name)
            : throw new MonitoringException(
                ErrorId.ParameterInvalid,
                "The object from the pipeline names no dashboard",
                "pipe a complete object of Get-MilvusDashboard, or a stack",
                nameof(InputObject));
    }
}
