using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>What a check is about.</summary>
internal enum CheckScope
{
    /// <summary>The cluster: the check runs once.</summary>
    Cluster,

    /// <summary>A Milvus: the check runs once for each.</summary>
    Instance,
}

/// <summary>A row of <see cref="CheckTable"/>.</summary>
/// <param name="Id">One of <see cref="CheckId"/>.</param>
/// <param name="DependsOn">The earlier checks whose failure explains a failure of this check.</param>
/// <param name="Create">Constructs the check.</param>
internal sealed record CheckRow(string Id, IReadOnlyList<string> DependsOn, Func<PrometheusReplicas, ICheck> Create)
{
    public CheckScope Scope { get; init; } = CheckScope.Instance;

    /// <summary>The earlier checks whose findings this check reads without depending on them.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];
}

/// <summary>All checks: their order in the output, their dependencies and their construction.</summary>
internal static class CheckTable
{
    public static IReadOnlyList<CheckRow> Rows { get; } =
    [
        new(CheckId.ApiServer, [], _ => new ApiServerCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Definitions, [CheckId.ApiServer], _ => new CrdCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Operator, [CheckId.Definitions], _ => new OperatorCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Prometheus, [CheckId.Definitions, CheckId.Operator], _ => new PrometheusCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Instance, [CheckId.ApiServer], _ => new InstanceCheck()),
        new(CheckId.Monitor, [CheckId.Definitions, CheckId.Instance], replicas => new MonitorCheck(replicas)),
        new(CheckId.Selection, [CheckId.Prometheus, CheckId.Monitor], replicas => new SelectionCheck(replicas)),
        new(CheckId.Service, [CheckId.Monitor], _ => new ServiceCheck()) { Reads = [CheckId.Selection] },
        new(CheckId.Endpoints, [CheckId.Service], _ => new EndpointsCheck()),
        new(CheckId.NetworkPolicy, [CheckId.Prometheus, CheckId.Endpoints], _ => new NetworkPolicyCheck()),
        new(CheckId.Access, [CheckId.Prometheus, CheckId.Instance], _ => new AccessCheck()) { Reads = [CheckId.Monitor] },
        new(
            CheckId.Configuration,
            [CheckId.Prometheus, CheckId.Selection, CheckId.Operator],
            replicas => new ConfigurationCheck(replicas)),
        new(CheckId.Targets, [CheckId.Configuration, CheckId.Endpoints, CheckId.Access], _ => new TargetsCheck()),
        new(CheckId.Samples, [CheckId.Targets], _ => new SamplesCheck()),
        new(CheckId.Rules, [CheckId.Samples], _ => new RulesCheck()),
        new(CheckId.Alerting, [CheckId.Prometheus, CheckId.Instance], _ => new AlertingCheck()),
        new(CheckId.Grafana, [CheckId.Prometheus], _ => new GrafanaCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Dashboard, [CheckId.Grafana], _ => new DashboardCheck()) { Scope = CheckScope.Cluster },
    ];

    /// <summary>The ids of all checks, in order.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. Rows.Select(row => row.Id)];

    /// <summary>The checks that the proof needs: that of the samples, and those that it depends on.</summary>
    public static IReadOnlySet<string> Proving { get; } = ListProving();

    /// <summary>Lists the checks that a check depends on directly.</summary>
    public static IReadOnlyList<string> ListDependencies(string id) => Rows.First(row => row.Id == id).DependsOn;

    /// <summary>Lists the given checks and all checks whose findings a change of theirs can change.</summary>
    public static IReadOnlySet<string> ListAffected(IEnumerable<string> changed)
    {
        var affected = new HashSet<string>(changed, StringComparer.Ordinal);
        foreach (var row in Rows)
        {
            if (row.DependsOn.Concat(row.Reads).Any(affected.Contains))
            {
                affected.Add(row.Id);
            }
        }

        return affected;
    }

    private static HashSet<string> ListProving()
    {
        var proving = new HashSet<string>(StringComparer.Ordinal) { CheckId.Samples };
        foreach (var row in Rows.Reverse().Where(row => proving.Contains(row.Id)))
        {
            proving.UnionWith(row.DependsOn);
        }

        return proving;
    }
}
