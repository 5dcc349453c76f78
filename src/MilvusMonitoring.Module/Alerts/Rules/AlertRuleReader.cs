using System.Runtime.CompilerServices;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Which alert rules to read.</summary>
/// <param name="Instance">The name of the Milvus; null for every Milvus.</param>
/// <param name="Namespace">The namespace; null for any.</param>
/// <param name="Names">The names of the alerts.</param>
/// <param name="Prometheus">The Prometheus that evaluates them.</param>
internal sealed record AlertRuleRequest(string? Instance, string? Namespace, NamePattern Names, PrometheusChoice Prometheus);

/// <summary>Reads the alert rules of every Milvus that is asked for.</summary>
/// <param name="client">The cluster.</param>
/// <param name="sink">Where messages go.</param>
/// <param name="replicas">The replicas of Prometheus.</param>
internal sealed class AlertRuleReader(ClusterClient client, IActivitySink sink, PrometheusReplicas replicas)
{
    private readonly AlertRuleProbe _probe = new(client);
    private readonly PrometheusFinder _finder = new(client);

    /// <summary>Reads them, those of all Milvus with the same Prometheus together.</summary>
    /// <exception cref="MonitoringException">There is no such Milvus, no Prometheus or more than one may be meant, or the user asks for an
    /// exact name that no rule has.</exception>
    public async IAsyncEnumerable<AlertRuleReport> ListAsync(
        AlertRuleRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isFound = false;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var report in ListAllAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var wanted = report.Rules.Where(rule => request.Names.Matches(rule.Name)).ToList();
            isFound |= wanted.Count > 0;
            names.UnionWith(report.Rules.Select(rule => rule.Name));
            yield return report with { Rules = wanted };
        }

        if (!isFound && names.Count > 0 && request.Names.Exact is { } name)
        {
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"There is no alert rule named '{name}'",
                NameSuggestions.Describe(name, names),
                name);
        }
    }

    private async IAsyncEnumerable<AlertRuleReport> ListAllAsync(
        AlertRuleRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = await ListInstancesAsync(request, cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
        {
            yield break;
        }

        var objects = await ListObjectsAsync(all, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        foreach (var group in await GroupByServerAsync(all, request.Prometheus, cancellationToken).ConfigureAwait(false))
        {
            var asked = await replicas.ListAsync(group.Server, cancellationToken).ConfigureAwait(false);
            foreach (var found in asked.Count == 0 ? group.Instances : [])
            {
                sink.Warning($"No pod of {group.Server} is ready, so that the state of the alert rules of {found.Instance} is unknown.");
            }

            var number = 0;
            await foreach (var report in _probe.ReadAsync(group.Instances, objects, asked, cancellationToken).ConfigureAwait(false))
            {
                var found = group.Instances[number++];
                if (report.Rules.Count == 0)
                {
                    sink.Verbose($"{found.Instance} has no alert rules; Enable-MilvusAlertRule makes them.");
                }

                yield return report;
            }
        }
    }

    /// <summary>Lists the PrometheusRules of the Milvus: those of one by their names, those of several all at once.</summary>
    private Task<IReadOnlyList<RuleObject>> ListObjectsAsync(IReadOnlyList<FoundInstance> all, CancellationToken cancellationToken)
    {
        var reader = new RuleObjectReader(client, sink);
        if (all is not [var only])
        {
            return reader.ListNearAsync(all.Select(found => found.Instance.Namespace), cancellationToken);
        }

        var scope = MilvusSeries.Of(only);
        return reader.ListForAsync(scope.Namespace, scope.Name, cancellationToken);
    }

    /// <summary>Groups the Milvus by the Prometheus that scrapes them, those that follow one another.</summary>
    private async Task<IReadOnlyList<(PrometheusServer? Server, IReadOnlyList<FoundInstance> Instances)>> GroupByServerAsync(
        IReadOnlyList<FoundInstance> all,
        PrometheusChoice choice,
        CancellationToken cancellationToken)
    {
        var servers = new List<(PrometheusServer? Server, List<FoundInstance> Instances)>();
        foreach (var found in all)
        {
            var server = await FindServerAsync(found, choice, cancellationToken).ConfigureAwait(false);
            if (servers.Count == 0 || servers[^1].Server?.ToString() != server?.ToString())
            {
                servers.Add((server, []));
            }

            servers[^1].Instances.Add(found);
        }

        return [.. servers.Select(item => (item.Server, (IReadOnlyList<FoundInstance>)item.Instances))];
    }

    private async Task<IReadOnlyList<FoundInstance>> ListInstancesAsync(AlertRuleRequest request, CancellationToken cancellationToken)
    {
        var finder = new InstanceFinder(client, sink);
        if (request.Instance is { } name)
        {
            return [await finder.GetAsync(name, request.Namespace, cancellationToken).ConfigureAwait(false)];
        }

        var found = await finder.ListAsync(request.Namespace, _ => true, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            sink.Verbose("There is no Milvus.");
        }

        return found;
    }

    /// <summary>Finds the Prometheus that scrapes a Milvus; null if the caller names addresses, and no resource describes them.</summary>
    private async Task<PrometheusServer?> FindServerAsync(FoundInstance found, PrometheusChoice choice, CancellationToken cancellationToken)
    {
        if (replicas.AreNamed)
        {
            return await _finder.FindAsync(choice, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false);
        }

        var monitor = new MonitorChoice(found.MonitorType.Kind, found.Instance.Namespace, found.Instance.MonitorName);
        return await _finder.GetAsync(choice, monitor, cancellationToken).ConfigureAwait(false);
    }
}
