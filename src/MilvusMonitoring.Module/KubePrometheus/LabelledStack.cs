using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>An object that says of itself that it is part of kube-prometheus.</summary>
internal sealed record LabelledObject(ResourceId Id, ResourceType Type, string Component, ObjectMetadata Live);

/// <summary>Finds a stack that another tool installed, by the label that the manifests give to nearly every object.</summary>
internal sealed class LabelledStack(ClusterClient client)
{
    private const string Selector = "labelSelector=app.kubernetes.io%2Fpart-of%3Dkube-prometheus";

    private static readonly ResourceType[] Kinds =
    [
        new("apps", "v1", "deployments", "Deployment", true),
        new("apps", "v1", "daemonsets", "DaemonSet", true),
        new("monitoring.coreos.com", "v1", "prometheuses", "Prometheus", true),
        new("monitoring.coreos.com", "v1", "alertmanagers", "Alertmanager", true),
        new("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor", true),
        new("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule", true),
        new(string.Empty, "v1", "services", "Service", true),
        new(string.Empty, "v1", "serviceaccounts", "ServiceAccount", true),
        new(string.Empty, "v1", "configmaps", "ConfigMap", true),
        new(string.Empty, "v1", "secrets", "Secret", true),
        new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false),
        new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false),
        new("rbac.authorization.k8s.io", "v1", "roles", "Role", true),
        new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true),
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true),
        new("apiregistration.k8s.io", "v1", "apiservices", "APIService", false),
    ];

    /// <summary>Finds the objects; none where there is no such stack.</summary>
    /// <param name="denied">Is told of the kinds that the user may not list.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="MonitoringException">The user may list none of the kinds.</exception>
    public async Task<IReadOnlyList<LabelledObject>> FindAsync(List<DeniedRead> denied, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Kinds.Select(type => FindAsync(type, cancellationToken))).ConfigureAwait(false);
        denied.AddRange(answers.Select(answer => answer.Denied).OfType<DeniedRead>());
        return denied.Count < Kinds.Length ? [.. answers.SelectMany(answer => answer.Found)] : throw DeniedReads.Error(denied);
    }

    private async Task<(IReadOnlyList<LabelledObject> Found, DeniedRead? Denied)> FindAsync(
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
                found.Add(new LabelledObject(new ResourceId(type.Group, type.Kind, live.Namespace, live.Name), type, component, live));
            }
        }

        return found;
    }
}
