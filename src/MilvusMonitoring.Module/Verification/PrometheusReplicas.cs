using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>A replica of Prometheus.</summary>
/// <param name="Name">Its pod, or its address.</param>
/// <param name="Api">Its HTTP API.</param>
/// <param name="Set">The name of the set of shards that share the targets; without shards the name of the replica.</param>
/// <param name="IsNamed">Whether the caller named its address.</param>
internal sealed record PrometheusReplica(string Name, PrometheusApi Api, string Set, bool IsNamed);

/// <summary>
/// Lists every replica of a Prometheus: a single replica may be the only one that scrapes. A replica keeps its connections from one pass to
/// the next.
/// </summary>
internal sealed class PrometheusReplicas(ClusterClient client, IReadOnlyList<Uri> addresses) : IDisposable
{
    private const int UsualPort = 9090;

    private readonly Dictionary<string, (HttpClient Http, PrometheusReplica Replica)> _open = new(StringComparer.Ordinal);

    /// <summary>Lists the ready replicas, or those at the addresses that the caller named.</summary>
    /// <exception cref="MonitoringException">The caller may not read the pods.</exception>
    public async Task<IReadOnlyList<PrometheusReplica>> ListAsync(PrometheusServer prometheus, CancellationToken cancellationToken)
    {
        var spec = prometheus.Json.Member("spec");
        var isSharded = spec.Number("shards") > 1;
        if (addresses.Count > 0)
        {
            return [.. addresses.Select(address => GetAtAddress(address, isSharded))];
        }

        if (spec.Member("web", "tlsConfig").ValueKind == JsonValueKind.Object)
        {
            throw new MonitoringException(
                ErrorId.ResponseInvalid,
                $"{prometheus} serves TLS, which needs an address",
                "give the address with -PrometheusUri",
                prometheus.ToString());
        }

        var dialer = new PodDialer(client);
        var pods = await Workloads
            .ListReadyPodsAsync(client, prometheus.Namespace, pod => IsReplica(pod, prometheus.Name), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. pods.Select(pod =>
            {
                var name = pod.Member("metadata").Text("name")!;
                var port = Workloads.FindPort(pod, spec.Text("portName") ?? "web") ?? UsualPort;
                var path = spec.Text("routePrefix") ?? string.Empty;
                var key = $"{pod.Member("metadata").Text("uid")}:{port}/{path}";
                return GetOrCreate(
                    key,
                    $"pod {name}",
                    () => ServiceHttp.CreateForPod(dialer, new PodAddress(prometheus.Namespace, name, port), path),
                    isSharded ? name[(name.LastIndexOf('-') + 1)..] : name);
            }),
        ];
    }

    /// <summary>Whether a pod belongs to a Prometheus resource: to its StatefulSet, or to that of a shard.</summary>
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

    private PrometheusReplica GetAtAddress(Uri address, bool isSharded)
    {
        var name = ServiceHttp.Describe(address);
        return GetOrCreate(name, name, () => ServiceHttp.CreateForAddress(address), isSharded ? "all" : name);
    }

    private PrometheusReplica GetOrCreate(string key, string name, Func<HttpClient> open, string set)
    {
        if (!_open.TryGetValue(key, out var known))
        {
            var http = open();
            known = _open[key] = (http, new PrometheusReplica(name, new PrometheusApi(http, name), set, addresses.Count > 0));
        }

        return known.Replica;
    }
}
