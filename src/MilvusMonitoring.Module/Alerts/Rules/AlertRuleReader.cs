using System.Runtime.CompilerServices;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Which alert rules to read.</summary>
/// <param name="Instance">The name of the Milvus; null for every Milvus.</param>
/// <param name="Namespace">The namespace; null for any.</param>
/// <param name="Prometheus">The Prometheus that evaluates them.</param>
internal sealed record AlertRuleRequest(string? Instance, string? Namespace, PrometheusChoice Prometheus);

/// <summary>Reads the alert rules of every Milvus that is asked for.</summary>
/// <param name="client">The cluster.</param>
/// <param name="sink">Where messages go.</param>
/// <param name="replicas">The replicas of Prometheus.</param>
internal sealed class AlertRuleReader(ClusterClient client, IActivitySink sink, PrometheusReplicas replicas)
{
    private readonly AlertRuleProbe _probe = new(client, sink);

    /// <summary>Reads them, one Milvus after the other.</summary>
    /// <exception cref="MonitoringException">There is no such Milvus, or no Prometheus or more than one may be meant.</exception>
    public async IAsyncEnumerable<AlertRuleReport> ListAsync(
        AlertRuleRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var found in await ListInstancesAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var server = await FindServerAsync(found, request.Prometheus, cancellationToken).ConfigureAwait(false);
            var asked = await replicas.ListAsync(server, cancellationToken).ConfigureAwait(false);
            if (asked.Count == 0)
            {
                sink.Warning($"No pod of {server} is ready, so that the state of the alert rules of {found.Instance} is not known.");
            }

            var report = await _probe.ReadAsync(found, asked, cancellationToken).ConfigureAwait(false);
            if (report.Rules.Count == 0)
            {
                sink.Verbose($"{found.Instance} has no alert rules; Enable-MilvusAlertRule makes them.");
            }

            yield return report;
        }
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
        var finder = new PrometheusFinder(client);
        if (replicas.AreNamed)
        {
            return await finder.FindAsync(choice, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false);
        }

        var monitor = new MonitorChoice(found.MonitorType.Kind, found.Instance.Namespace, found.Instance.MonitorName);
        return await finder.GetAsync(choice, monitor, cancellationToken).ConfigureAwait(false);
    }
}
