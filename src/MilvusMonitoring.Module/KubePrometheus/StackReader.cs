using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Finds the stacks in a cluster and how they are.</summary>
internal sealed class StackReader(ClusterClient client, IActivitySink sink, int throttleLimit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>
    /// Finds every stack: those that this module keeps an inventory of; where there is none, what the labels of kube-prometheus show.
    /// </summary>
    public async Task<IReadOnlyList<KubePrometheusStack>> ReadAsync(CancellationToken cancellationToken)
    {
        var kubernetes = await ClusterInfo.ReadVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var inventories = await InventoryStore.FindAsync(client, sink, cancellationToken).ConfigureAwait(false);
        var stacks = new List<KubePrometheusStack>();
        var denied = new List<DeniedRead>();
        foreach (var inventory in inventories)
        {
            stacks.Add(await ReadAsync(inventory, kubernetes, denied, cancellationToken).ConfigureAwait(false));
        }

        if (
            stacks.Count == 0
            && await new LabelledStack(client).FindAsync(denied, cancellationToken).ConfigureAwait(false) is { Count: > 0 } labelled)
        {
            stacks.Add(await ReadLabelledAsync(labelled, kubernetes, cancellationToken).ConfigureAwait(false));
        }

        if (denied.Count > 0)
        {
            sink.Warning($"Not all of kube-prometheus could be looked at: {DeniedReads.Describe(denied)}.");
        }

        return stacks;
    }

    private async Task<KubePrometheusStack> ReadAsync(
        Inventory inventory,
        ServerVersion kubernetes,
        List<DeniedRead> denied,
        CancellationToken cancellationToken)
    {
        var wanted = inventory.Entries.Select(entry => (entry.Id, entry.Type)).ToList();
        var (live, hidden) = await MetadataSnapshot
            .ReadPermittedAsync(client, wanted, throttleLimit, cancellationToken).ConfigureAwait(false);
        denied.AddRange(hidden);
        var unknown = hidden.SelectMany(read => read.Ids).ToHashSet();
        var board = await ReadinessSnapshot
            .ReadAsync(client, wanted.Where(item => live.ContainsKey(item.Id)), throttleLimit, cancellationToken).ConfigureAwait(false);
        var resources = inventory.Entries.Select(entry =>
            Resource(entry.Id, entry.Version, entry.Component, board) with
            {
                Drift = unknown.Contains(entry.Id) ? null : Drift.Find(entry, live.GetValueOrDefault(entry.Id)),
                Message = entry.LeftAlone
                    ?? (
                        unknown.Contains(entry.Id) ? "may not be read: whether it has drifted is unknown"
                        : board.Targets.Contains(entry.Id) && !board.GetState(entry.Id).IsReady ? board.GetState(entry.Id).Message
                        : null),
            });
        return Stack(inventory.Namespace, kubernetes, live.Values, [.. resources]) with
        {
            Version = inventory.Release,
            Source = inventory.Source,
            AppliedAt = inventory.AppliedAt,
        };
    }

    private async Task<KubePrometheusStack> ReadLabelledAsync(
        IReadOnlyList<LabelledObject> labelled,
        ServerVersion kubernetes,
        CancellationToken cancellationToken)
    {
        var board = await ReadinessSnapshot
            .ReadAsync(client, labelled.Select(item => (item.Id, item.Type)), throttleLimit, cancellationToken).ConfigureAwait(false);
        var namespaceName = labelled.FirstOrDefault(item => item.Id.Kind == "Prometheus")?.Id.Namespace ?? PrometheusChoice.UsualNamespace;
        return Stack(
            namespaceName,
            kubernetes,
            labelled.Select(item => item.Live),
            [.. labelled.Select(item => Resource(item.Id, item.Type.Version, item.Component, board))]);
    }

    private static StackResource Resource(ResourceId id, string version, string component, ReadinessBoard board) => new()
    {
        ApiVersion = id.Group.Length == 0 ? version : $"{id.Group}/{version}",
        Kind = id.Kind,
        Namespace = id.Namespace,
        Name = id.Name,
        Component = component,
        Ready = board.Targets.Contains(id) ? board.GetState(id).IsReady : null,
    };

    private KubePrometheusStack Stack(
        string namespaceName,
        ServerVersion kubernetes,
        IEnumerable<ObjectMetadata> live,
        IReadOnlyList<StackResource> resources) =>
        new()
        {
            Namespace = namespaceName,
            Managers = FieldManagers.ListAppliers(live),
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
            Server = client.Connection.Server,
            KubernetesVersion = kubernetes.Text,
            Duration = _clock.Elapsed,
            Resources = resources,
        };
}
