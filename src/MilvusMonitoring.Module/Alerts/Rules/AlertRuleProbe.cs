using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
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

/// <summary>Reads the alert rules of a Milvus from the cluster and from every replica of a Prometheus. Only reads.</summary>
internal sealed class AlertRuleProbe(ClusterClient client, IActivitySink sink)
{
    /// <summary>Reads the rules.</summary>
    /// <param name="found">The Milvus.</param>
    /// <param name="replicas">The replicas of the Prometheus that is to evaluate them.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<AlertRuleReport> ReadAsync(
        FoundInstance found,
        IReadOnlyList<PrometheusReplica> replicas,
        CancellationToken cancellationToken)
    {
        var scope = MilvusSeries.Of(found);
        var objects = await new RuleObjectReader(client, sink)
            .ListForAsync(scope.Namespace, scope.Name, cancellationToken)
            .ListIfPermittedAsync(sink)
            .ConfigureAwait(false);
        var versions = MilvusVersion.ParseAll(found.Instance.AppVersion);
        var answers = await ReplicaQuery
            .ListAsync(replicas, api => ReadAsync(api, scope, versions, cancellationToken))
            .ConfigureAwait(false);
        var rules = AlertRuleView.List(scope, objects, answers)
            .Select(rule => rule with { Context = client.Connection.Context, Kubeconfig = client.Connection.Kubeconfig });
        return new AlertRuleReport([.. rules], answers);
    }

    /// <summary>Reads what one replica has of the rules; null if the server shows no rules, as one that only stores samples.</summary>
    /// <param name="api">The replica.</param>
    /// <param name="scope">The Milvus.</param>
    /// <param name="versions">The versions of Milvus that run; empty if they are not known.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public static async Task<ReplicaRules?> ReadAsync(
        PrometheusApi api,
        MilvusSeries scope,
        IReadOnlyList<MilvusVersion> versions,
        CancellationToken cancellationToken)
    {
        if (await api.ListRulesAsync(cancellationToken).ConfigureAwait(false) is not { } all)
        {
            return null;
        }

        var loaded = LoadedRules.ListFor(scope, all);
        var selectors = loaded
            .Select(rule => PromQlReader.Find(rule.Query))
            .OfType<QueryNeeds>()
            .SelectMany(needs => needs.Selectors)
            .ToList();
        var probe = new SeriesProbe(api);
        var series = await probe.GatherAsync(selectors, cancellationToken).ConfigureAwait(false);
        var surroundings = await probe.ReadSurroundingsAsync(scope, versions, cancellationToken).ConfigureAwait(false);
        return new ReplicaRules(loaded, new QueryRule(surroundings, series));
    }
}
