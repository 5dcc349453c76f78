using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Reads the stacks of a cluster and their state.</summary>
internal sealed class StackReader(ClusterClient client, IActivitySink sink, int throttleLimit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Lists every stack that has an inventory. If there is none, lists what the labels of kube-prometheus show.</summary>
    public async Task<IReadOnlyList<KubePrometheusStack>> ListAsync(CancellationToken cancellationToken)
    {
        var kubernetes = await ClusterInfo.ReadVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var inventories = await InventoryStore.ListAsync(client, sink, cancellationToken).ConfigureAwait(false);
        var stacks = new List<KubePrometheusStack>();
        var denied = new List<DeniedRead>();
        foreach (var inventory in inventories)
        {
            try
            {
                stacks.Add(await ReadAsync(inventory, kubernetes, denied, cancellationToken).ConfigureAwait(false));
            }
            catch (MonitoringException exception) when (inventories.Count > 1 && !ClusterFailure.AffectsEveryRequest(exception))
            {
                // An inventory may name what nobody can read, and must not hide the other stacks.
                sink.Warning($"The stack in {inventory.Namespace} cannot be read: {exception.Message}");
            }
        }

        if (
            stacks.Count == 0
            && await new LabelledStack(client).ListAsync(denied, cancellationToken).ConfigureAwait(false) is { Count: > 0 } labelled)
        {
            stacks.Add(await ReadLabelledAsync(labelled, kubernetes, cancellationToken).ConfigureAwait(false));
        }

        if (denied.Count > 0)
        {
            sink.Warning($"Some objects of kube-prometheus could not be read: {DeniedReads.Describe(denied)}.");
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
        {
            var drift = unknown.Contains(entry.Id) ? null : Drift.Find(entry, live.GetValueOrDefault(entry.Id));
            return CreateResource(entry.Id, entry.Version, entry.Component, board) with
            {
                Drift = drift?.ToString(),
                DriftStatus = drift?.Status,
                Message = entry.LeftAlone ?? FindMessage(entry.Id),
            };
        });
        return CreateStack(inventory.Namespace, kubernetes, live.Values, [.. resources]) with
        {
            Version = inventory.Release,
            Source = inventory.Source,
            AppliedAt = inventory.AppliedAt,
        };

        string? FindMessage(ResourceId id)
        {
            if (unknown.Contains(id))
            {
                return "cannot be read, so that its drift is unknown";
            }

            return board.Targets.Contains(id) && board.GetState(id) is { IsReady: false } state ? state.Message : null;
        }
    }

    private async Task<KubePrometheusStack> ReadLabelledAsync(
        IReadOnlyList<LabelledObject> labelled,
        ServerVersion kubernetes,
        CancellationToken cancellationToken)
    {
        var board = await ReadinessSnapshot
            .ReadAsync(client, labelled.Select(item => (item.Id, item.Type)), throttleLimit, cancellationToken).ConfigureAwait(false);
        var namespaceName = labelled.FirstOrDefault(item => item.Id.Kind == "Prometheus")?.Id.Namespace ?? PrometheusChoice.UsualNamespace;
        return CreateStack(
            namespaceName,
            kubernetes,
            labelled.Select(item => item.Live),
            [.. labelled.Select(item => CreateResource(item.Id, item.Type.Version, item.Component, board))]);
    }

    private static StackResource CreateResource(ResourceId id, string version, string component, ReadinessBoard board) => new()
    {
        ApiVersion = id.Group.Length == 0 ? version : $"{id.Group}/{version}",
        Kind = id.Kind,
        Namespace = id.Namespace,
        Name = id.Name,
        Component = component,
        Ready = board.Targets.Contains(id) ? board.GetState(id).IsReady : null,
    };

    private KubePrometheusStack CreateStack(
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
