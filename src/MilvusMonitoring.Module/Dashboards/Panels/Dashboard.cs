using MilvusMonitoring.Alerts.Rules;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>One dashboard as Grafana takes it.</summary>
/// <param name="Uid">Its uid, by which links and a later version find it.</param>
/// <param name="Title">Its title.</param>
/// <param name="Json">Its JSON in UTF-8, without a wrapper.</param>
internal sealed record Dashboard(string Uid, string Title, ReadOnlyMemory<byte> Json);

/// <summary>What the user asks of the dashboards.</summary>
internal sealed record DashboardOptions
{
    /// <summary>The address of the folder of the runbook pages; null for no links to runbooks.</summary>
    public Uri? RunbookUri { get; init; }

    /// <summary>Refuses what no dashboard can have.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the runbooks have no address of a web
    /// server.</exception>
    public void EnsureValid() => AlertRuleOptions.EnsureRunbooks(RunbookUri);
}
