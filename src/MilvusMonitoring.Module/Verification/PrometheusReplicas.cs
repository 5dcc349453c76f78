using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>A replica of Prometheus that can be asked.</summary>
/// <param name="Name">Its pod, or the address that was given.</param>
/// <param name="Api">Where to ask it.</param>
/// <param name="Set">What it shares with the others that each scrape a part of the same targets; without shards its own name.</param>
/// <param name="IsNamed">Whether the caller has named it.</param>
internal sealed record PrometheusReplica(string Name, PrometheusApi Api, string Set, bool IsNamed);

/// <summary>
/// Finds every replica of a Prometheus: a single one may be the only one that scrapes. Whoever looks again finds the same ones with their
/// connections.
/// </summary>
internal sealed class PrometheusReplicas(ClusterClient client, IReadOnlyList<Uri> addresses) : IDisposable
{
    private const int UsualPort = 9090;

    private readonly Dictionary<string, (HttpClient Http, PrometheusReplica Replica)> _open = new(StringComparer.Ordinal);

    /// <summary>Finds the replicas that are ready, or takes the addresses that were given for them.</summary>
    /// <exception cref="MonitoringException">The caller may not see the pods.</exception>
    public async Task<IReadOnlyList<PrometheusReplica>> FindAsync(PrometheusServer prometheus, CancellationToken cancellationToken)
    {
        var spec = prometheus.Json.Member("spec");
        var isSharded = spec.Number("shards") > 1;
        if (addresses.Count > 0)
        {
            return
            [
                .. addresses.Select(address =>
                    Replica(
                        ServiceHttp.Shown(address),
                        ServiceHttp.Shown(address),
                        () => ServiceHttp.At(address),
                        isSharded ? "all" : ServiceHttp.Shown(address))),
            ];
        }

        if (spec.Member("web", "tlsConfig").ValueKind == JsonValueKind.Object)
        {
            throw new MonitoringException(
                ErrorId.ResponseInvalid,
                $"{prometheus} serves TLS, which is asked only at an address; give it with -PrometheusUri",
                prometheus.ToString());
        }

        var dialer = new PodDialer(client);
        var pods = await Workloads
            .ReadyPodsAsync(client, prometheus.Namespace, pod => IsReplica(pod, prometheus.Name), cancellationToken).ConfigureAwait(false);
        return
        [
            .. pods.Select(pod =>
            {
                var name = pod.Member("metadata").Text("name")!;
                var port = Workloads.PortOf(pod, spec.Text("portName") ?? "web", UsualPort);
                var path = spec.Text("routePrefix") ?? string.Empty;
                var key = $"{pod.Member("metadata").Text("uid")}:{port}/{path}";
                return Replica(
                    key,
                    $"pod {name}",
                    () => ServiceHttp.CreateForPod(dialer, new PodAddress(prometheus.Namespace, name, port), path),
                    isSharded ? name[(name.LastIndexOf('-') + 1)..] : name);
            }),
        ];
    }

    /// <summary>Whether a pod is of a Prometheus resource: the operator's StatefulSet, or one of several shards, owns it.</summary>
    public static bool IsReplica(JsonElement pod, string prometheus) =>
        pod.Member("metadata")
            .Items("ownerReferences")
            .Any(owner =>
                owner.Text("kind") == "StatefulSet"
                && (
                    owner.Text("name") == $"prometheus-{prometheus}"
                    || owner.Text("name")?.StartsWith($"prometheus-{prometheus}-shard-", StringComparison.Ordinal) is true));

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (http, _) in _open.Values)
        {
            http.Dispose();
        }
    }

    private PrometheusReplica Replica(string key, string name, Func<HttpClient> open, string set)
    {
        if (!_open.TryGetValue(key, out var known))
        {
            var http = open();
            known = _open[key] = (http, new PrometheusReplica(name, new PrometheusApi(http, name), set, addresses.Count > 0));
        }

        return known.Replica;
    }
}
