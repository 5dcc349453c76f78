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
internal sealed record CheckRow(string Id, IReadOnlyList<string> DependsOn, Func<ICheck> Create)
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
        new(CheckId.ApiServer, [], () => new ApiServerCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Definitions, [CheckId.ApiServer], () => new CrdCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Operator, [CheckId.Definitions], () => new OperatorCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Prometheus, [CheckId.Definitions, CheckId.Operator], () => new PrometheusCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Instance, [CheckId.ApiServer], () => new InstanceCheck()),
        new(CheckId.Monitor, [CheckId.Definitions, CheckId.Instance], () => new MonitorCheck()),
        new(CheckId.Selection, [CheckId.Prometheus, CheckId.Monitor], () => new SelectionCheck()),
        new(CheckId.Service, [CheckId.Monitor], () => new ServiceCheck()) { Reads = [CheckId.Selection] },
        new(CheckId.Endpoints, [CheckId.Service], () => new EndpointsCheck()),
        new(CheckId.NetworkPolicy, [CheckId.Prometheus, CheckId.Endpoints], () => new NetworkPolicyCheck()),
        new(CheckId.Access, [CheckId.Prometheus, CheckId.Instance], () => new AccessCheck()) { Reads = [CheckId.Monitor] },
        new(
            CheckId.Configuration,
            [CheckId.Prometheus, CheckId.Selection, CheckId.Operator],
            () => new ConfigurationCheck()),
        new(CheckId.Targets, [CheckId.Configuration, CheckId.Endpoints, CheckId.Access], () => new TargetsCheck()),
        new(CheckId.Samples, [CheckId.Targets], () => new SamplesCheck()),
        new(CheckId.Rules, [CheckId.Samples], () => new RulesCheck()),
        new(CheckId.Alerting, [CheckId.Prometheus, CheckId.Instance], () => new AlertingCheck()),
        new(CheckId.Grafana, [CheckId.Prometheus], () => new GrafanaCheck()) { Scope = CheckScope.Cluster },
        new(CheckId.Dashboard, [CheckId.Grafana], () => new DashboardCheck()) { Scope = CheckScope.Cluster },
    ];

    /// <summary>The ids of all checks, in order.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. Rows.Select(row => row.Id)];

    /// <summary>How many checks run for so many Milvus.</summary>
    public static int CountFor(int instances) =>
        Rows.Count(row => row.Scope == CheckScope.Cluster) + (instances * Rows.Count(row => row.Scope == CheckScope.Instance));

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
