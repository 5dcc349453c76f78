using System.Runtime.CompilerServices;
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
internal sealed record ReplicaRules(IReadOnlyList<LoadedRule> Loaded, QueryRule Judge)
{
    /// <summary>Finds a rule; null if the replica has not loaded it.</summary>
    public LoadedRule? Find(string? group, string name) =>
        Loaded.FirstOrDefault(loaded => loaded.Rule.Group == group && loaded.Rule.Name == name);
}

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
    public async IAsyncEnumerable<AlertRuleReport> ReadAsync(
        IReadOnlyList<FoundInstance> all,
        IReadOnlyList<RuleObject> objects,
        IReadOnlyList<PrometheusReplica> replicas,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = objects.ToLookup(item => item.Owner);
        var asked = await LoadAsync(replicas, cancellationToken).ConfigureAwait(false);
        foreach (var batch in all.Select(WatchedMilvus.Of).Chunk(MostAtOnce))
        {
            var answers = await Task.WhenAll(asked.Select(replica => replica.ReadAsync(batch, cancellationToken))).ConfigureAwait(false);
            for (var index = 0; index < batch.Length; index++)
            {
                yield return Create(batch[index].Series, own, [.. answers.Select(answer => answer[index])]);
            }
        }
    }

    /// <summary>Reads which rules each replica has loaded; it shows none if it only stores samples.</summary>
    private static async Task<IReadOnlyList<AskedReplica>> LoadAsync(
        IReadOnlyList<PrometheusReplica> replicas,
        CancellationToken cancellationToken)
    {
        var expressions = new Dictionary<string, string>(StringComparer.Ordinal);
        var answers = await ReplicaQuery.ListAsync(replicas, api => api.ListRulesAsync(cancellationToken)).ConfigureAwait(false);
        return
        [
            .. replicas.Zip(answers, (replica, answer) =>
                new AskedReplica(replica, answer.Select(rules => new LoadedRules(rules, expressions)))),
        ];
    }

    /// <summary>Asks a server for what tells whether the rules of each Milvus can fire.</summary>
    /// <param name="api">The server.</param>
    /// <param name="loaded">The rules that it has loaded.</param>
    /// <param name="all">Each Milvus.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The answers in the order of the Milvus.</returns>
    public static async Task<IReadOnlyList<ReplicaRules>> ReadAsync(
        PrometheusApi api,
        LoadedRules loaded,
        IReadOnlyList<WatchedMilvus> all,
        CancellationToken cancellationToken)
    {
        var own = all.Select(milvus => loaded.ListFor(milvus.Series)).ToList();
        var probe = new SeriesProbe(api);
        var series = await probe
            .GatherAsync(own.SelectMany(rules => rules).SelectMany(rule => rule.Needs?.Selectors ?? []), cancellationToken)
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

    /// <summary>A replica that is asked about some Milvus after the others. After a failure it is not asked again.</summary>
    private sealed class AskedReplica(PrometheusReplica replica, ReplicaAnswer<LoadedRules> answer)
    {
        private LoadedRules? _loaded = answer.Value;
        private MonitoringException? _failure = answer.Error;

        /// <summary>Reads what the replica has of the rules of each Milvus.</summary>
        /// <returns>The answers in the order of the Milvus.</returns>
        public async Task<IReadOnlyList<ReplicaAnswer<ReplicaRules>>> ReadAsync(
            WatchedMilvus[] batch,
            CancellationToken cancellationToken)
        {
            if (_loaded is null)
            {
                return [.. batch.Select(_ => Answer(null, _failure))];
            }

            try
            {
                var rules = await AlertRuleProbe.ReadAsync(replica.Api, _loaded, batch, cancellationToken).ConfigureAwait(false);
                return [.. rules.Select(own => Answer(own, null))];
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.ResponseInvalid)
            {
                return batch.Length == 1
                    ? [Answer(null, exception)]
                    : await ReadAloneAsync(batch, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception)
            {
                (_loaded, _failure) = (null, exception);
                return [.. batch.Select(_ => Answer(null, exception))];
            }
        }

        /// <summary>
        /// Asks for each Milvus by itself: a rule of one that the server refuses must not hide what it says of the others.
        /// </summary>
        private async Task<IReadOnlyList<ReplicaAnswer<ReplicaRules>>> ReadAloneAsync(
            WatchedMilvus[] all,
            CancellationToken cancellationToken)
        {
            var answers = new List<ReplicaAnswer<ReplicaRules>>(all.Length);
            foreach (var milvus in all)
            {
                answers.AddRange(await ReadAsync([milvus], cancellationToken).ConfigureAwait(false));
            }

            return answers;
        }

        private ReplicaAnswer<ReplicaRules> Answer(ReplicaRules? rules, MonitoringException? error) =>
            new(replica.Name, rules, error) { IsNamed = replica.IsNamed };
    }
}

/// <summary>A Milvus whose alert rules are read.</summary>
/// <param name="Series">How its series are selected.</param>
/// <param name="Versions">The versions that run; empty if they are not known.</param>
internal sealed record WatchedMilvus(MilvusSeries Series, IReadOnlyList<MilvusVersion> Versions)
{
    public static WatchedMilvus Of(FoundInstance found) => new(MilvusSeries.Of(found), MilvusVersion.ParseAll(found.Instance.AppVersion));
}
