namespace MilvusMonitoring.Verification;

/// <summary>The links of the chain, in order, and which of them each hangs on.</summary>
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
    public const string Grafana = nameof(Grafana);

    private static readonly Dictionary<string, string[]> DependsOn = new(StringComparer.Ordinal)
    {
        [ApiServer] = [],
        [Definitions] = [ApiServer],
        [Operator] = [Definitions],
        [Prometheus] = [Definitions, Operator],
        [Instance] = [ApiServer],
        [Monitor] = [Definitions, Instance],
        [Selection] = [Prometheus, Monitor],
        [Service] = [Monitor],
        [Endpoints] = [Service],
        [NetworkPolicy] = [Prometheus, Endpoints],
        [Access] = [Prometheus, Instance],
        [Configuration] = [Prometheus, Selection, Operator],
        [Targets] = [Configuration, Endpoints, Access],
        [Samples] = [Targets],
        [Grafana] = [Prometheus],
    };

    /// <summary>What a link reads of others without hanging on them.</summary>
    private static readonly Dictionary<string, string[]> Reads = new(StringComparer.Ordinal) { [Access] = [Monitor] };

    /// <summary>The links, the first first.</summary>
    public static IReadOnlyCollection<string> All => DependsOn.Keys;

    /// <summary>The links that one hangs on directly.</summary>
    public static IReadOnlyList<string> Before(string link) => DependsOn[link];

    /// <summary>Some links, and every link that a change of theirs may change.</summary>
    public static IReadOnlySet<string> Affected(IEnumerable<string> changed)
    {
        var affected = new HashSet<string>(changed, StringComparer.Ordinal);
        foreach (var (link, before) in DependsOn)
        {
            if (before.Concat(Reads.GetValueOrDefault(link, [])).Any(affected.Contains))
            {
                affected.Add(link);
            }
        }

        return affected;
    }
}
