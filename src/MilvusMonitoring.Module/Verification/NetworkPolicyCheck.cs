using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>No network policy keeps Prometheus out.</summary>
internal sealed class NetworkPolicyCheck : ICheck
{
    private static readonly ResourceType NetworkPolicy = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    public string DescribeTarget(CheckContext context) => $"Namespace/{context.InstanceNamespace}";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.HasOnlyAddress)
        {
            return Finding.Skipped(DescribeTarget(context), "where the server at the given address scrapes from is not known");
        }

        if (context.Prometheus is not { } prometheus
            || (context.Used.Count == 0 && context.Jobs.Count == 0)
            || (await context.GetReachAsync(cancellationToken).ConfigureAwait(false)).Pods is not [var pod, ..])
        {
            return null;
        }

        var client = context.Client;
        var policies = await client
            .ListAsync(NetworkPolicy, pod.Namespace, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
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
            await ReadPeerAsync(client, prometheus, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<PolicyPeer> ReadPeerAsync(
        ClusterClient client,
        PrometheusServer prometheus,
        CancellationToken cancellationToken)
    {
        bool IsReplica(JsonElement pod) => PrometheusReplicas.IsReplica(pod, prometheus.Name);
        var replicas = await ReadyPods
            .ListAsync(client, prometheus.Namespace, IsReplica, cancellationToken)
            .ConfigureAwait(false);
        var metadata = replicas is [var replica, ..] ? replica.Member("metadata") : prometheus.Json.Member("spec", "podMetadata");
        var namespaceLabels = await PrometheusSelection
            .ReadLabelsAsync(client, prometheus.Namespace, cancellationToken)
            .ConfigureAwait(false);
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
