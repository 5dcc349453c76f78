using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>An object whose label says that it is part of kube-prometheus.</summary>
internal sealed record LabelledObject(ResourceId Id, ResourceType Type, string Component, ObjectMetadata Live);

/// <summary>Finds a stack that another tool installed, by the label that nearly every object of the manifests has.</summary>
internal sealed class LabelledStack(ClusterClient client)
{
    private const string Selector = "labelSelector=app.kubernetes.io%2Fpart-of%3Dkube-prometheus";

    private static readonly ResourceType[] Kinds =
    [
        ResourceType.Deployment,
        ResourceType.DaemonSet,
        ResourceType.Prometheus,
        ResourceType.Alertmanager,
        ResourceType.ServiceMonitor,
        ResourceType.PrometheusRule,
        ResourceType.Service,
        ResourceType.ServiceAccount,
        ResourceType.ConfigMap,
        ResourceType.Secret,
        ResourceType.ClusterRole,
        ResourceType.ClusterRoleBinding,
        ResourceType.Role,
        ResourceType.RoleBinding,
        ResourceType.NetworkPolicy,
        ResourceType.ApiService,
    ];

    /// <summary>Lists the objects of such a stack; empty if there is none.</summary>
    /// <param name="denied">Receives the kinds that the user may not list.</param>
    /// <exception cref="MonitoringException">The user may list none of the kinds.</exception>
    public async Task<IReadOnlyList<LabelledObject>> ListAsync(List<DeniedRead> denied, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(Kinds.Select(type => ListPermittedAsync(type, cancellationToken))).ConfigureAwait(false);
        denied.AddRange(lists.Select(list => list.Denied).OfType<DeniedRead>());
        return denied.Count < Kinds.Length ? [.. lists.SelectMany(list => list.Found)] : throw DeniedReads.CreateError(denied);
    }

    private async Task<(IReadOnlyList<LabelledObject> Found, DeniedRead? Denied)> ListPermittedAsync(
        ResourceType type,
        CancellationToken cancellationToken)
    {
        try
        {
            return (await ListAsync(type, cancellationToken).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return ([], new DeniedRead(type, null, "list", [], exception));
        }
    }

    private async Task<IReadOnlyList<LabelledObject>> ListAsync(ResourceType type, CancellationToken cancellationToken)
    {
        var found = new List<LabelledObject>();
        await foreach (var live in client.ListMetadataAsync(type, null, Selector, cancellationToken).ConfigureAwait(false))
        {
            if (!live.HasOwner)
            {
                var component = live.Labels.GetValueOrDefault("app.kubernetes.io/name") ?? "kube-prometheus";
                found.Add(new LabelledObject(type.IdOf(live.Namespace, live.Name), type, component, live));
            }
        }

        return found;
    }
}
