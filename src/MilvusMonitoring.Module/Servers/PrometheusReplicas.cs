using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Servers;

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
internal sealed class PrometheusReplicas(ClusterClient client, IReadOnlyList<Uri> addresses, ServerAccess access) : IDisposable
{
    private const int UsualPort = 9090;

    private readonly Dictionary<string, (HttpClient Http, PrometheusReplica Replica)> _open = new(StringComparer.Ordinal);

    /// <summary>Whether the caller named the addresses of the replicas.</summary>
    public bool AreNamed => addresses.Count > 0;

    /// <summary>Lists the ready replicas, or those at the addresses that the caller named.</summary>
    /// <param name="prometheus">The Prometheus resource; null if there is none.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="MonitoringException">The caller may not read the pods, or the certificate of Prometheus.</exception>
    public async Task<IReadOnlyList<PrometheusReplica>> ListAsync(PrometheusServer? prometheus, CancellationToken cancellationToken)
    {
        var spec = prometheus?.Json.Member("spec") ?? default;
        var isSharded = spec.Number("shards") > 1;
        if (addresses.Count > 0 || prometheus is null)
        {
            return [.. addresses.Select(address => GetAtAddress(address, isSharded))];
        }

        var authorities = await FindAuthoritiesAsync(prometheus, cancellationToken).ConfigureAwait(false);
        var dialer = new PodDialer(client);
        var pods = await ReadyPods
            .ListAsync(client, prometheus.Namespace, pod => IsReplica(pod, prometheus.Name), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. pods.Select(pod =>
            {
                var name = pod.Member("metadata").Text("name")!;
                var port = FindPort(spec, pod);
                var path = spec.Text("routePrefix") ?? string.Empty;
                var key = $"{pod.Member("metadata").Text("uid")}:{port}/{path}";
                return GetOrCreate(
                    key,
                    $"pod {name}",
                    () => ServiceHttp.CreateForPod(dialer, new PodAddress(prometheus.Namespace, name, port), path, authorities),
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

    /// <summary>A Prometheus that listens on localhost declares no port; the port of that name is then a proxy's.</summary>
    private static int FindPort(JsonElement spec, JsonElement pod) => spec.Member("listenLocal").ValueKind == JsonValueKind.True
        ? UsualPort
        : ReadyPods.FindPort(pod, spec.Text("portName") ?? "web") ?? UsualPort;

    /// <summary>Finds what the certificate of a Prometheus is to be trusted by; null if it serves no TLS.</summary>
    private async Task<ServerAuthorities?> FindAuthoritiesAsync(PrometheusServer prometheus, CancellationToken cancellationToken)
    {
        var tls = prometheus.Json.Member("spec").Member("web", "tlsConfig");
        if (tls.ValueKind != JsonValueKind.Object || prometheus.Json.Member("spec").Member("listenLocal").ValueKind == JsonValueKind.True)
        {
            return null;
        }

        if (tls.Text("clientAuthType") is "RequireAnyClientCert" or "RequireAndVerifyClientCert")
        {
            throw CreateNotReadable(prometheus, "asks for a client certificate");
        }

        return access.Authorities
            ?? await ReadAuthoritiesAsync(prometheus, tls.Member("cert"), cancellationToken).ConfigureAwait(false)
            ?? throw CreateNotReadable(prometheus, "serves TLS with a certificate that cannot be read from the cluster");
    }

    /// <summary>Reads the certificate that a Prometheus serves, and that of its authority if it lies beside it.</summary>
    private async Task<ServerAuthorities?> ReadAuthoritiesAsync(
        PrometheusServer prometheus,
        JsonElement source,
        CancellationToken cancellationToken)
    {
        var isSecret = source.Member("secret").ValueKind == JsonValueKind.Object;
        var type = isSecret ? ResourceType.Secret : ResourceType.ConfigMap;
        var reference = source.Member(isSecret ? "secret" : "configMap");
        if (reference.Text("name") is not { } name
            || await client.FindAsync(type, type.IdOf(prometheus.Namespace, name), cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        var data = JsonSlice.Parse(body, "data");
        var texts = ((string?[])[reference.Text("key"), "ca.crt"])
            .OfType<string>()
            .Select(key => data.Text(key))
            .OfType<string>()
            .Select(text => isSecret ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : text);
        return ServerAuthorities.Find(string.Join('\n', texts));
    }

    private static MonitoringException CreateNotReadable(PrometheusServer prometheus, string fault) => new(
        ErrorId.ResponseInvalid,
        $"{prometheus} {fault}",
        "give its address with -PrometheusUri, and its authority with -PrometheusCertificateAuthority",
        prometheus.ToString());

    private PrometheusReplica GetAtAddress(Uri address, bool isSharded)
    {
        var name = ServiceHttp.Describe(address);
        return GetOrCreate(name, name, () => ServiceHttp.CreateForAddress(address, access.Authorities), isSharded ? "all" : name);
    }

    private PrometheusReplica GetOrCreate(string key, string name, Func<HttpClient> open, string set)
    {
        if (!_open.TryGetValue(key, out var known))
        {
            var http = open();
            known = _open[key] = (http, new PrometheusReplica(name, new PrometheusApi(http, name, access), set, addresses.Count > 0));
        }

        return known.Replica;
    }
}
