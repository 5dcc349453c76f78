using System.Text;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Servers;

/// <summary>A kind of server that the Prometheus operator runs.</summary>
/// <param name="Name">The kind of its resource.</param>
/// <param name="Prefix">What the name of its StatefulSet begins with.</param>
/// <param name="Port">The port that it usually listens on.</param>
internal sealed record OperatedKind(string Name, string Prefix, int Port)
{
    /// <summary>Whether a pod belongs to a resource of the kind: to its StatefulSet, or to that of a shard.</summary>
    public bool IsReplica(JsonElement pod, string resource) =>
        pod.Member("metadata")
            .Items("ownerReferences")
            .Any(owner =>
                owner.Text("kind") == "StatefulSet"
                && (
                    owner.Text("name") == $"{Prefix}-{resource}"
                    || owner.Text("name")?.StartsWith($"{Prefix}-{resource}-shard-", StringComparison.Ordinal) is true));
}

/// <summary>The name of a replica.</summary>
/// <param name="Text">Its pod in words, or its address.</param>
/// <param name="Pod">The name of its pod; null for an address.</param>
internal sealed record ReplicaName(string Text, string? Pod)
{
    /// <summary>Whether the caller named the address of the replica.</summary>
    public bool IsAddress => Pod is null;
}

/// <summary>
/// Connects to every replica of a server: to each ready pod through the API server, or to the addresses that the caller named. A replica
/// keeps its connections from one pass to the next.
/// </summary>
/// <param name="create">Creates a replica of its name, its client, and the name of its set of shards.</param>
internal sealed class ReplicaConnections<TReplica>(
    ClusterClient client,
    OperatedKind kind,
    IReadOnlyList<Uri> addresses,
    ServerAccess access,
    Func<ReplicaName, HttpClient, string, TReplica> create) : IDisposable
{
    private readonly Dictionary<string, (HttpClient Http, TReplica Replica)> _open = new(StringComparer.Ordinal);

    /// <summary>Lists the ready replicas, or those at the addresses that the caller named.</summary>
    /// <param name="resource">The resource of the operator; null if there is none.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="MonitoringException">The caller may not read the pods, or the certificate of the server.</exception>
    public async Task<IReadOnlyList<TReplica>> ListAsync(JsonElement? resource, CancellationToken cancellationToken)
    {
        var spec = resource?.Member("spec") ?? default;
        var isSharded = spec.Number("shards") > 1;
        if (addresses.Count > 0 || resource is not { } json)
        {
            return [.. addresses.Select(address => GetAtAddress(address, isSharded))];
        }

        var server = new Server(
            json.Member("metadata").Text("namespace") ?? string.Empty,
            json.Member("metadata").Text("name") ?? string.Empty,
            spec);
        var authorities = await FindAuthoritiesAsync(server, cancellationToken).ConfigureAwait(false);
        var dialer = new PodDialer(client);
        var pods = await ReadyPods
            .ListAsync(client, server.Namespace, pod => kind.IsReplica(pod, server.Name), cancellationToken)
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
                    new ReplicaName($"pod {name}", name),
                    () => ServiceHttp.CreateForPod(dialer, new PodAddress(server.Namespace, name, port), path, authorities),
                    isSharded ? name[(name.LastIndexOf('-') + 1)..] : name);
            }),
        ];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (http, _) in _open.Values)
        {
            http.Dispose();
        }
    }

    /// <summary>A server that listens on localhost declares no port; the port of that name is then a proxy's.</summary>
    private int FindPort(JsonElement spec, JsonElement pod) => spec.Member("listenLocal").ValueKind == JsonValueKind.True
        ? kind.Port
        : ReadyPods.FindPort(pod, spec.Text("portName") ?? "web") ?? kind.Port;

    /// <summary>Finds what the certificate of a server is to be trusted by; null if it serves no TLS.</summary>
    private async Task<ServerAuthorities?> FindAuthoritiesAsync(Server server, CancellationToken cancellationToken)
    {
        var tls = server.Spec.Member("web", "tlsConfig");
        if (tls.ValueKind != JsonValueKind.Object || server.Spec.Member("listenLocal").ValueKind == JsonValueKind.True)
        {
            return null;
        }

        if (tls.Text("clientAuthType") is "RequireAnyClientCert" or "RequireAndVerifyClientCert")
        {
            throw CreateNotReadable(server, "asks for a client certificate");
        }

        return access.Authorities
            ?? await ReadAuthoritiesAsync(server, tls.Member("cert"), cancellationToken).ConfigureAwait(false)
            ?? throw CreateNotReadable(server, "serves TLS with a certificate that cannot be read from the cluster");
    }

    /// <summary>Reads the certificate that a server presents, and that of its authority if it lies beside it.</summary>
    private async Task<ServerAuthorities?> ReadAuthoritiesAsync(Server server, JsonElement source, CancellationToken cancellationToken)
    {
        var isSecret = source.Member("secret").ValueKind == JsonValueKind.Object;
        var type = isSecret ? ResourceType.Secret : ResourceType.ConfigMap;
        var reference = source.Member(isSecret ? "secret" : "configMap");
        if (reference.Text("name") is not { } name
            || await client.FindAsync(type, type.IdOf(server.Namespace, name), cancellationToken).ConfigureAwait(false) is not { } body)
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

    private MonitoringException CreateNotReadable(Server server, string fault)
    {
        var id = $"{kind.Name}/{server.Namespace}/{server.Name}";
        return new MonitoringException(
            ErrorId.ResponseInvalid,
            $"{id} {fault}",
            $"give its address with -{access.Name}Uri, and its authority with -{access.Name}CertificateAuthority",
            id);
    }

    private TReplica GetAtAddress(Uri address, bool isSharded)
    {
        var name = ServiceHttp.Describe(address);
        return GetOrCreate(
            name,
            new ReplicaName(name, null),
            () => ServiceHttp.CreateForAddress(address, access.Authorities),
            isSharded ? "all" : name);
    }

    private TReplica GetOrCreate(string key, ReplicaName name, Func<HttpClient> open, string set)
    {
        if (!_open.TryGetValue(key, out var known))
        {
            var http = open();
            known = _open[key] = (http, create(name, http, set));
        }

        return known.Replica;
    }

    private sealed record Server(string Namespace, string Name, JsonElement Spec);
}
