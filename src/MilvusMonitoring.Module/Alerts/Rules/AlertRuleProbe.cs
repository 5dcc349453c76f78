using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>The alert rules of a Milvus, in the cluster and on every replica of a Prometheus.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Replicas">The answer of each replica.</param>
internal sealed record AlertRuleReport(IReadOnlyList<MilvusAlertRule> Rules, IReadOnlyList<ReplicaAnswer<ReplicaRules>> Replicas);

/// <summary>What one replica has of the alert rules of a Milvus.</summary>
/// <param name="Loaded">The rules that it has loaded.</param>
/// <param name="Judge">Decides whether they can fire.</param>
internal sealed record ReplicaRules(IReadOnlyList<PrometheusAlertRule> Loaded, QueryRule Judge);

/// <summary>Reads the alert rules of Milvus from the cluster and from every replica of a Prometheus. Only reads.</summary>
internal sealed class AlertRuleProbe(ClusterClient client)
{
    /// <summary>About how many Milvus one query asks: each has dozens of selectors, which are in memory meanwhile.</summary>
    private const int MostAtOnce = 50;

    /// <summary>Reads the rules of several Milvus, whose questions are asked together.</summary>
    /// <param name="all">Each Milvus.</param>
    /// <param name="objects">The PrometheusRules of this module.</param>
    /// <param name="replicas">The replicas of the Prometheus that is to evaluate them.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <returns>The reports in the order of the Milvus.</returns>
    public async Task<IReadOnlyList<AlertRuleReport>> ReadAsync(
        IReadOnlyList<FoundInstance> all,
        IReadOnlyList<RuleObject> objects,
        IReadOnlyList<PrometheusReplica> replicas,
        CancellationToken cancellationToken)
    {
        var watched = all.Select(WatchedMilvus.Of).ToList();
        var answers = await ReplicaQuery
            .ListAsync<IReadOnlyList<ReplicaAnswer<ReplicaRules>>>(
                replicas,
                async api => await ReadAsync(api, watched, cancellationToken).ConfigureAwait(false))
            .ConfigureAwait(false);
        var own = objects.ToLookup(item => item.Owner);
        return [.. watched.Select((milvus, index) => Create(milvus.Series, own, [.. answers.Select(answer => Select(answer, index))]))];
    }

    /// <summary>
    /// Reads what one replica has of the rules; the value is null if the server shows no rules, as one that only stores samples.
    /// </summary>
    /// <param name="api">The replica.</param>
    /// <param name="all">Each Milvus.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The answers in the order of the Milvus, without the name of the replica.</returns>
    public static async Task<IReadOnlyList<ReplicaAnswer<ReplicaRules>>> ReadAsync(
        PrometheusApi api,
        IReadOnlyList<WatchedMilvus> all,
        CancellationToken cancellationToken)
    {
        if (await api.ListRulesAsync(cancellationToken).ConfigureAwait(false) is not { } rules)
        {
            return [.. all.Select(_ => new ReplicaAnswer<ReplicaRules>(string.Empty, null, null))];
        }

        var loaded = new LoadedRules(rules);
        var answers = new List<ReplicaAnswer<ReplicaRules>>();
        foreach (var batch in all.Chunk(MostAtOnce))
        {
            answers.AddRange(await ReadBatchAsync(api, batch, loaded, cancellationToken).ConfigureAwait(false));
        }

        return answers;
    }

    private static async Task<IEnumerable<ReplicaAnswer<ReplicaRules>>> ReadBatchAsync(
        PrometheusApi api,
        WatchedMilvus[] batch,
        LoadedRules loaded,
        CancellationToken cancellationToken)
    {
        try
        {
            var answers = await ReadAsync(api, batch, loaded, cancellationToken).ConfigureAwait(false);
            return answers.Select(answer => new ReplicaAnswer<ReplicaRules>(string.Empty, answer, null));
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid && batch.Length > 1)
        {
            return await ReadAloneAsync(api, batch, loaded, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for each Milvus by itself: a rule of one that Prometheus refuses must not hide what it says of the others.</summary>
    private static async Task<IReadOnlyList<ReplicaAnswer<ReplicaRules>>> ReadAloneAsync(
        PrometheusApi api,
        IReadOnlyList<WatchedMilvus> all,
        LoadedRules loaded,
        CancellationToken cancellationToken)
    {
        var answers = new List<ReplicaAnswer<ReplicaRules>>();
        foreach (var milvus in all)
        {
            try
            {
                var own = await ReadAsync(api, [milvus], loaded, cancellationToken).ConfigureAwait(false);
                answers.Add(new ReplicaAnswer<ReplicaRules>(string.Empty, own[0], null));
            }
            catch (MonitoringException exception)
            {
                answers.Add(new ReplicaAnswer<ReplicaRules>(string.Empty, null, exception));
            }
        }

        return answers;
    }

    private static async Task<IReadOnlyList<ReplicaRules>> ReadAsync(
        PrometheusApi api,
        IReadOnlyList<WatchedMilvus> all,
        LoadedRules loaded,
        CancellationToken cancellationToken)
    {
        var own = all.Select(milvus => loaded.ListFor(milvus.Series)).ToList();
        var probe = new SeriesProbe(api);
        var series = await probe
            .GatherAsync(own.SelectMany(rules => rules).SelectMany(loaded.ListSelectors), cancellationToken)
            .ConfigureAwait(false);
        var surroundings = await probe
            .ReadSurroundingsAsync([.. all.Select(milvus => (milvus.Series, milvus.Versions))], cancellationToken)
            .ConfigureAwait(false);
        return [.. own.Zip(surroundings, (rules, around) => new ReplicaRules(rules, new QueryRule(around, series)))];
    }

    private AlertRuleReport Create(
        MilvusSeries scope,
        ILookup<(string Namespace, string Name)?, RuleObject> objects,
        IReadOnlyList<ReplicaAnswer<ReplicaRules>> answers)
    {
        var rules = AlertRuleView.List(scope, [.. objects[(scope.Namespace, scope.Name)]], answers)
            .Select(rule => rule with { Context = client.Connection.Context, Kubeconfig = client.Connection.Kubeconfig });
        return new AlertRuleReport([.. rules], answers);
    }

    /// <summary>Takes the answer about one Milvus from the answer of a replica about all.</summary>
    private static ReplicaAnswer<ReplicaRules> Select(
        ReplicaAnswer<IReadOnlyList<ReplicaAnswer<ReplicaRules>>> answer,
        int index) =>
        new(answer.Name, answer.Value?[index].Value, answer.Error ?? answer.Value?[index].Error) { IsNamed = answer.IsNamed };
}

/// <summary>A Milvus whose alert rules are read.</summary>
/// <param name="Series">How its series are selected.</param>
/// <param name="Versions">The versions that run; empty if they are not known.</param>
internal sealed record WatchedMilvus(MilvusSeries Series, IReadOnlyList<MilvusVersion> Versions)
{
    public static WatchedMilvus Of(FoundInstance found) => new(MilvusSeries.Of(found), MilvusVersion.ParseAll(found.Instance.AppVersion));
}
