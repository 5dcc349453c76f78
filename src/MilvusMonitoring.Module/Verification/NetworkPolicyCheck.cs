using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Verification;

/// <summary>A pod as network policies see it.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="NamespaceLabels">The labels of its namespace.</param>
internal sealed record PolicyPeer(
    string Namespace,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> NamespaceLabels);

/// <summary>
/// Whether network policies would keep Prometheus from the metrics of a pod. Only a warning: whether the network enforces them nobody can
/// read from the cluster.
/// </summary>
internal static class NetworkPolicyRule
{
    /// <summary>Applies the rule.</summary>
    /// <param name="policies">The policies of the pod's namespace.</param>
    /// <param name="pod">A pod of Milvus.</param>
    /// <param name="port">The port of its metrics: its name and number.</param>
    /// <param name="prometheus">A pod of Prometheus.</param>
    public static Finding Check(IReadOnlyList<JsonElement> policies, PolicyPeer pod, (string Name, int Number) port, PolicyPeer prometheus)
    {
        var target = $"Namespace/{pod.Namespace}";
        var isolating = policies
            .Where(policy => IsOnIngress(policy) && LabelSelector.Selects(policy.Member("spec", "podSelector"), pod.Labels))
            .ToList();
        if (isolating.Count == 0)
        {
            return Finding.Passed(target, "no network policy is on the pods of Milvus");
        }

        var names = string.Join(
            ", ",
            isolating.Select(policy => $"NetworkPolicy/{pod.Namespace}/{policy.Member("metadata").Text("name")}"));
        return isolating.SelectMany(policy => policy.Member("spec").Items("ingress")).Any(rule => LetsIn(rule, pod, port, prometheus))
            ? Finding.Passed(target, $"{names} {(isolating.Count == 1 ? "lets" : "let")} Prometheus in")
            : Finding.Warning(
                target,
                $"{names} {(isolating.Count == 1 ? "does" : "do")} not let Prometheus in to port {port.Number}",
                Remedies.InWords(
                    $"Allow ingress to port {port.Number} from pods of namespace {prometheus.Namespace} with app.kubernetes.io/name=prometheus."
                ));
    }

    private static bool IsOnIngress(JsonElement policy)
    {
        var types = policy.Member("spec").Texts("policyTypes").ToList();
        return types.Count == 0 || types.Contains("Ingress");
    }

    private static bool LetsIn(JsonElement rule, PolicyPeer pod, (string Name, int Number) port, PolicyPeer prometheus)
    {
        var ports = rule.Items("ports").ToList();
        var peers = rule.Items("from").ToList();
        return (ports.Count == 0 || ports.Any(item => IsPort(item, port)))
            && (peers.Count == 0 || peers.Any(peer => IsPeer(peer, pod, prometheus)));
    }

    private static bool IsPort(JsonElement item, (string Name, int Number) port) =>
        (item.Text("protocol") ?? "TCP") == "TCP"
        && (item.Member("port").ValueKind == JsonValueKind.Undefined
            || item.Text("port") == port.Name
            || (item.Number("port") is { } first && first <= port.Number && port.Number <= (item.Number("endPort") ?? first)));

    // An ipBlock may hold the address of Prometheus or not: taken for letting in, since its addresses change.
    private static bool IsPeer(JsonElement peer, PolicyPeer pod, PolicyPeer prometheus)
    {
        if (peer.Member("ipBlock").ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        var (places, pods) = (peer.Member("namespaceSelector"), peer.Member("podSelector"));
        var isPlace =
            places.ValueKind == JsonValueKind.Object
                ? LabelSelector.Selects(places, prometheus.NamespaceLabels)
                : prometheus.Namespace == pod.Namespace;
        return isPlace && (pods.ValueKind != JsonValueKind.Object || LabelSelector.Selects(pods, prometheus.Labels));
    }
}
