using System.Text.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Stacks;

/// <summary>Finds every monitoring in a cluster, whichever tool installed it, in one round of parallel requests.</summary>
internal sealed class MonitoringStackFinder(ClusterClient client, IActivitySink sink)
{
    private static readonly ResourceType[] WorkloadTypes = [ResourceType.Deployment, ResourceType.StatefulSet, ResourceType.DaemonSet];

    private static readonly ResourceType[] ResourceTypes =
    [
        ResourceType.Prometheus,
        new("monitoring.coreos.com", "v1alpha1", "prometheusagents", "PrometheusAgent", true),
        ResourceType.Alertmanager,
        Victoria("vmagents", "VMAgent"),
        Victoria("vmsingles", "VMSingle"),
        Victoria("vmclusters", "VMCluster"),
        Victoria("vmalertmanagers", "VMAlertmanager"),
    ];

    /// <summary>
    /// Lists the stacks. What the user may not list is named in a warning; of a kind that the cluster does not serve there is nothing.
    /// </summary>
    /// <exception cref="MonitoringException">The user may list none of the kinds, in the usual namespace either.</exception>
    public async Task<IReadOnlyList<MonitoringStack>> ListAsync(CancellationToken cancellationToken)
    {
        var inventories = InventoryStore.ListAsync(client, sink, cancellationToken).ListIfPermittedAsync(sink);
        var workloads = Task.WhenAll(WorkloadTypes.Select(type => ReadAsync(type, StackWorkload.Find, cancellationToken)));
        var resources = Task.WhenAll(ResourceTypes.Select(type => ReadAsync(type, OperatedResource.Find, cancellationToken)));
        await Task.WhenAll(inventories, workloads, resources).ConfigureAwait(false);
        var foundWorkloads = await workloads.ConfigureAwait(false);
        var foundResources = await resources.ConfigureAwait(false);
        var denied = foundWorkloads
            .Select(list => list.Denied)
            .Concat(foundResources.Select(list => list.Denied))
            .OfType<DeniedRead>()
            .ToList();
        var isBlind = denied.Count == WorkloadTypes.Length + ResourceTypes.Length
            && foundWorkloads.All(list => list.Found.Count == 0)
            && foundResources.All(list => list.Found.Count == 0);
        if (isBlind)
        {
            throw DeniedReads.CreateError(denied);
        }

        if (denied.Count > 0)
        {
            sink.Warning($"The list of monitoring stacks may be incomplete: {DeniedReads.Describe(denied)}.");
        }

        var objects = new StackObjects(
            [.. foundWorkloads.SelectMany(list => list.Found)],
            [.. foundResources.SelectMany(list => list.Found)],
            await inventories.ConfigureAwait(false));
        return
        [
            .. StackRules.List(objects).Select(stack => stack with
            {
                Context = client.Connection.Context,
                Kubeconfig = client.Connection.Kubeconfig,
            }),
        ];
    }

    /// <summary>A user without permission to list all namespaces may still list the usual one.</summary>
    private async Task<(IReadOnlyList<T> Found, DeniedRead? Denied)> ReadAsync<T>(
        ResourceType type,
        Func<ResourceType, JsonElement, T?> read,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await ReadAsync(null).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            var denied = new DeniedRead(type, null, "list", [], exception);
            var usual = ReadAsync(PrometheusChoice.UsualNamespace).ListIfPermittedAsync(sink);
            return (await usual.ConfigureAwait(false), denied);
        }

        async Task<IReadOnlyList<T>> ReadAsync(string? place)
        {
            var found = await client.ListAsync(type, place, string.Empty, cancellationToken).ToListAsync(cancellationToken)
                .ConfigureAwait(false);
            return [.. found.Select(live => read(type, live)).OfType<T>()];
        }
    }

    private static ResourceType Victoria(string plural, string kind) => new("operator.victoriametrics.com", "v1beta1", plural, kind, true);
}
