namespace MilvusMonitoring.Verification;

/// <summary>The names of the checks, as <see cref="MonitoringCheck.Check"/> shows them.</summary>
internal static class CheckId
{
    public const string ApiServer = nameof(ApiServer);
    public const string Definitions = nameof(Definitions);
    public const string Operator = nameof(Operator);
    public const string Prometheus = nameof(Prometheus);
    public const string Instance = nameof(Instance);
    public const string Monitor = nameof(Monitor);
    public const string Selection = nameof(Selection);
    public const string Service = nameof(Service);
    public const string Endpoints = nameof(Endpoints);
    public const string NetworkPolicy = nameof(NetworkPolicy);
    public const string Access = nameof(Access);
    public const string Configuration = nameof(Configuration);
    public const string Targets = nameof(Targets);
    public const string Samples = nameof(Samples);
    public const string Rules = nameof(Rules);
    public const string Alerting = nameof(Alerting);
    public const string Grafana = nameof(Grafana);
    public const string Dashboard = nameof(Dashboard);
}
