using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>No network policy keeps Prometheus out.</summary>
internal sealed class NetworkPolicyCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => $"Namespace/{context.InstanceNamespace}";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.HasOnlyAddress)
        {
            return Finding.Skipped(DescribeTarget(context), "where the server at the given address scrapes from is not known");
        }

        if (context.Prometheus is not { } prometheus
            || (context.Used.Count == 0 && context.Jobs.Count == 0)
            || (await context.GetReachAsync().ConfigureAwait(false)).Pods is not [var pod, ..])
        {
            return null;
        }

        var policies = await context.Reads.ListPoliciesAsync(pod.Namespace).ConfigureAwait(false);
        if (policies.Count == 0)
        {
            return Finding.Passed($"Namespace/{pod.Namespace}", "has no network policy");
        }

        if (pod.Ports is not { } ports)
        {
            return Finding.Unknown($"Namespace/{pod.Namespace}", "the pods of Milvus could not be read");
        }

        var scraped = context.Used.SelectMany(monitor => monitor.Endpoints).Select(ScrapePort.From).FirstOrDefault();
        var portName = scraped?.Name ?? scraped?.Container ?? MilvusChart.MetricsPort;
        var number = scraped?.Number ?? ports.FirstOrDefault(port => port.Name == portName)?.Number ?? MilvusPod.UsualMetricsPort;
        return NetworkPolicyRule.Evaluate(
            policies,
            new PolicyPeer(pod.Namespace, pod.Labels, new Dictionary<string, string>()),
            (portName, (int)number),
            await context.Reads.ReadPeerAsync(prometheus).ConfigureAwait(false));
    }

    /// <summary>Creates the peer of a Prometheus: one of its pods or, if none is ready, what its resource says of them.</summary>
    /// <param name="prometheus">The Prometheus.</param>
    /// <param name="ready">Its ready pods.</param>
    /// <param name="namespaceLabels">The labels of its namespace.</param>
    public static PolicyPeer CreatePeer(
        PrometheusServer prometheus,
        IReadOnlyList<JsonElement> ready,
        IReadOnlyDictionary<string, string> namespaceLabels)
    {
        var metadata = ready is [var replica, ..] ? replica.Member("metadata") : prometheus.Json.Member("spec", "podMetadata");
        return new PolicyPeer(prometheus.Namespace, metadata.TextMap("labels"), namespaceLabels);
    }
}

/// <summary>A pod as network policies see it.</summary>
internal sealed record PolicyPeer(
    string Namespace,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> NamespaceLabels);

/// <summary>
/// Whether network policies would keep Prometheus from the metrics of a pod. The finding is only a warning: the cluster does not show
/// whether its network enforces policies.
/// </summary>
internal static class NetworkPolicyRule
{
    /// <param name="policies">The policies of the pod's namespace.</param>
    /// <param name="pod">A pod of Milvus.</param>
    /// <param name="port">The name and number of its metrics port.</param>
    /// <param name="prometheus">A pod of Prometheus.</param>
    public static Finding Evaluate(
        IReadOnlyList<JsonElement> policies,
        PolicyPeer pod,
        (string Name, int Number) port,
        PolicyPeer prometheus)
    {
        var target = $"Namespace/{pod.Namespace}";
        var isolating = policies
            .Where(policy => RestrictsIngress(policy) && LabelSelector.Selects(policy.Member("spec", "podSelector"), pod.Labels))
            .ToList();
        if (isolating.Count == 0)
        {
            return Finding.Passed(target, "no network policy selects the pods of Milvus");
        }

        var names = string.Join(
            ", ",
            isolating.Select(policy => $"NetworkPolicy/{pod.Namespace}/{policy.Member("metadata").Text("name")}"));
        if (isolating.SelectMany(policy => policy.Member("spec").Items("ingress")).Any(rule => Allows(rule, pod, port, prometheus)))
        {
            return Finding.Passed(target, $"{names} {(isolating.Count == 1 ? "lets" : "let")} Prometheus in");
        }

        return Finding.Warning(
            target,
            $"{names} {(isolating.Count == 1 ? "does" : "do")} not let Prometheus in to port {port.Number}",
            Remedies.DescribeManual(
                $"Allow ingress to port {port.Number} from pods of namespace {prometheus.Namespace} with "
                    + "app.kubernetes.io/name=prometheus."));
    }

    private static bool RestrictsIngress(JsonElement policy)
    {
        var types = policy.Member("spec").Texts("policyTypes").ToList();
        return types.Count == 0 || types.Contains("Ingress");
    }

    private static bool Allows(JsonElement rule, PolicyPeer pod, (string Name, int Number) port, PolicyPeer prometheus)
    {
        var ports = rule.Items("ports").ToList();
        var peers = rule.Items("from").ToList();
        return (ports.Count == 0 || ports.Any(item => MatchesPort(item, port)))
            && (peers.Count == 0 || peers.Any(peer => MatchesPeer(peer, pod, prometheus)));
    }

    private static bool MatchesPort(JsonElement item, (string Name, int Number) port) =>
        (item.Text("protocol") ?? "TCP") == "TCP"
        && (item.Member("port").ValueKind == JsonValueKind.Undefined
            || item.Text("port") == port.Name
            || (item.Number("port") is { } first && first <= port.Number && port.Number <= (item.Number("endPort") ?? first)));

    // The addresses of Prometheus change, so that an ipBlock counts as one that holds them.
    private static bool MatchesPeer(JsonElement peer, PolicyPeer pod, PolicyPeer prometheus)
    {
        if (peer.Member("ipBlock").ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        var (namespaces, pods) = (peer.Member("namespaceSelector"), peer.Member("podSelector"));
        var matchesNamespace =
            namespaces.ValueKind == JsonValueKind.Object
                ? LabelSelector.Selects(namespaces, prometheus.NamespaceLabels)
                : prometheus.Namespace == pod.Namespace;
        return matchesNamespace && (pods.ValueKind != JsonValueKind.Object || LabelSelector.Selects(pods, prometheus.Labels));
    }
}
