using MilvusMonitoring.Access;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>The service account of Prometheus may read what its discovery needs.</summary>
internal sealed class AccessCheck : ICheck
{
    /// <summary>The account of kube-prometheus, whose ClusterRole of that name is the one that the page patches.</summary>
    private const string UsualAccount = "prometheus-k8s";

    public string Name => CheckId.Access;

    public string TargetOf(CheckContext scene) =>
        scene.Prometheus is { } prometheus ? $"ServiceAccount/{prometheus.Namespace}/{prometheus.ServiceAccount}" : "ServiceAccount";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Prometheus is not { } prometheus || (scene.Found is null && scene.Monitor is null))
        {
            return null;
        }

        var role = RoleOf(prometheus, scene.Monitor);
        var remedy = scene.Remedies.Grant(prometheus.Namespace, prometheus.Name, prometheus.ServiceAccount != UsualAccount);
        var needed = DiscoveryRules.GetRequired(scene.MonitorKind, role);
        Finding? finding = null;
        foreach (var place in scene.Monitor?.TargetNamespaces ?? [scene.InstanceNamespace])
        {
            var (missing, fromBindings) = await MissingAsync(scene.Client, prometheus, needed, place, cancellationToken)
                .ConfigureAwait(false);
            var discovered =
                scene.MonitorKind == "PodMonitor" ? "pods"
                : role == DiscoveryRole.Endpoints ? "Endpoints"
                : "EndpointSlices";
            finding = AccessRule.Check(
                $"{prometheus.Namespace}/{prometheus.ServiceAccount}",
                place,
                discovered,
                missing,
                fromBindings,
                remedy);
            if (finding.Status != CheckStatus.Passed)
            {
                return finding;
            }
        }

        return finding;
    }

    /// <summary>A monitor may ask for a role of its own, since operator 0.82.</summary>
    private static DiscoveryRole RoleOf(PrometheusServer prometheus, LiveMonitor? monitor) =>
        (monitor?.Spec.Text("serviceDiscoveryRole") ?? prometheus.Json.Member("spec").Text("serviceDiscoveryRole"))
        == nameof(DiscoveryRole.EndpointSlice)
            ? DiscoveryRole.EndpointSlice
            : DiscoveryRole.Endpoints;

    private static async Task<(IReadOnlyList<Permission> Missing, string? FromBindings)> MissingAsync(
        ClusterClient client,
        PrometheusServer prometheus,
        IReadOnlyList<Permission> needed,
        string? place,
        CancellationToken cancellationToken)
    {
        var reviews = await Task.WhenAll(
            needed.Select(permission =>
                AccessReview.ReviewAsync(
                    client,
                    (prometheus.Namespace, prometheus.ServiceAccount),
                    permission,
                    place,
                    cancellationToken))).ConfigureAwait(false);
        if (reviews.Select(review => review.Failure).FirstOrDefault(failure => failure is not null) is not { } failure)
        {
            return ([.. needed.Where((_, index) => !reviews[index].IsAllowed)], null);
        }

        if (failure.ErrorId != ErrorId.PermissionDenied)
        {
            throw failure;
        }

        var rules = await new BindingReader(client)
            .RulesOfAsync(prometheus.Namespace, prometheus.ServiceAccount, place, cancellationToken).ConfigureAwait(false);
        return ([.. needed.Where(permission => !rules.Any(rule => rule.Allows(permission)))], "the caller may not ask the API server");
    }
}
