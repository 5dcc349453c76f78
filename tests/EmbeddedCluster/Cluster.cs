using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using EmbeddedCluster.Controllers;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Security;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster;

/// <summary>A Kubernetes API server in this process, with the visible part of its controllers.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_year = TimeSpan.FromDays(300);

    private readonly CertificateAuthority _authority;
    private readonly ClusterState _state;
    private readonly X509Certificate2 _certificate;
    private readonly Mutations _mutations;
    private readonly Deletions _deletions;
    private readonly ControllerLoop _controllers;
    private ServerHost? _host;

    private Cluster(ClusterOptions options)
    {
        _authority = new("embedded-ca");
        _certificate = IssueServerCertificate(options.ServerCertificate);
        _state = new(options, _authority);
        _mutations = new(_state);
        _deletions = new(_state);
        Seed.Fill(_state, _mutations);
        _controllers = ControllerLoop.Start(_state, _mutations, _deletions);
    }

    /// <summary>https://127.0.0.1:port.</summary>
    public Uri Server => new($"https://127.0.0.1:{_state.Port}");

    public string CertificateAuthorityPem => _authority.Pem;

    public FaultPlan Faults => _state.Faults;

    public RequestLog Requests => _state.Requests;

    /// <summary>What listens behind the ports of pods.</summary>
    public Backends Backends => _state.Backends;

    public PortForwards PortForwards => _state.Forwards;

    public Readiness Readiness => _state.Readiness;

    /// <summary>The resource version of the last write.</summary>
    public long Revision => _state.Store.Revision;

    /// <summary>Whether the controllers have nothing left to do: no status changes until the next write.</summary>
    public bool IsSettled => _controllers.IsSettled;

    public static async Task<Cluster> StartAsync(ClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        var cluster = new Cluster(options ?? new());
        try
        {
            await cluster.ListenAsync(cluster._state.Options.Port, cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The text of a kubeconfig with a client certificate of its own, good for 300 days. "admin" is in system:masters.</summary>
    public string CreateKubeconfig(string user = "admin", params string[] groups)
    {
        using var client = _authority.IssueClient(user, user == "admin" && groups.Length == 0 ? ["system:masters"] : groups, s_year);
        return Kubeconfig.Create(Server, _authority.Pem, client);
    }

    /// <summary>The text of a kubeconfig whose client certificate has expired.</summary>
    public string CreateExpiredKubeconfig(string user = "admin")
    {
        using var client = _authority.IssueClient(user, ["system:masters"], TimeSpan.FromHours(-1));
        return Kubeconfig.Create(Server, _authority.Pem, client);
    }

    public string CreateToken(string user, params string[] groups) => _state.Authenticator.CreateToken(user, groups);

    /// <summary>The stored object, a copy; null when there is none.</summary>
    public JsonObject? Find(string apiVersion, string kind, string? ns, string name)
    {
        var known = KindOf(apiVersion, kind);
        return _state.Store.Find(known.Id, known.Namespaced ? ns ?? "" : "", name)?.Read(apiVersion, kind);
    }

    /// <summary>The stored objects of a kind, copies, in order of namespace and name.</summary>
    public IReadOnlyList<JsonObject> List(string apiVersion, string kind, string? ns = null) =>
        [.. _state.Store.List(KindOf(apiVersion, kind).Id, ns).Items.Select(each => each.Read(apiVersion, kind))];

    /// <summary>Makes the object be as given, behind the clients' backs: status included, as a manager named "seed".</summary>
    public void Put(JsonObject value, string manager = "seed")
    {
        ArgumentNullException.ThrowIfNull(value);
        var kind = KindOf(value.Text("apiVersion") ?? "", value.Text("kind") ?? "");
        var metadata = value.Copy().Child("metadata");
        var (ns, name) = (kind.Namespaced ? metadata.Text("namespace") ?? "" : "", metadata.Text("name") ?? "");
        while (true)
        {
            var live = _state.Store.Find(kind.Id, ns, name);
            if (live is null)
            {
                live = _mutations.TryCreate(kind, value.Copy(), new(manager));
                if (live is null || !kind.HasStatus || value["status"] is null)
                {
                    if (live is not null)
                    {
                        return;
                    }

                    continue;
                }
            }
            else if (_mutations.TryUpdate(kind, live, value.Copy(), new(manager)) is { } updated)
            {
                live = updated;
            }
            else
            {
                continue;
            }

            if (
                !kind.HasStatus
                || value["status"] is null
                || _mutations.TryUpdate(kind, live, value.Copy(), new(manager) { Subresource = "status" }) is not null)
            {
                return;
            }
        }
    }

    /// <summary>Deletes as a client would: finalizers hold the object. With <paramref name="atOnce"/> they don't.</summary>
    public void Remove(string apiVersion, string kind, string? ns, string name, bool atOnce = false)
    {
        var known = KindOf(apiVersion, kind);
        while (_state.Store.Find(known.Id, known.Namespaced ? ns ?? "" : "", name) is { } live)
        {
            if (atOnce ? _state.Store.TryRemove(known.Id, live) is not null : _deletions.TryDelete(known, live, "Background").Done)
            {
                return;
            }
        }
    }

    /// <summary>Has the pod, which runs, be found ready or not ready by its probe.</summary>
    public void SetReady(string ns, string pod, bool ready)
    {
        var kind = KindOf("v1", "Pod");
        while (true)
        {
            var live = _state.Store.Find(kind.Id, ns, pod) ?? throw new ArgumentException($"there is no pod {ns}/{pod}", nameof(pod));
            var value = live.Read(kind.ApiVersion, kind.Kind);
            PodFactory.SetReady(value, ready);
            if (_mutations.TryUpdate(kind, live, value, new("kubelet") { Subresource = "status" }) is not null)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Completes when the condition holds for what is stored; it is asked again after every write. Fails if nothing is written for five
    /// minutes.
    /// </summary>
    public async Task WaitForAsync(Func<Cluster, bool> condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            var seen = Revision;
            if (condition(this))
            {
                return;
            }

            await _state.Store.Changed(seen).WaitAsync(s_longestWait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes at the next write after a revision, however long that takes.</summary>
    internal Task ChangedAsync(long seen, CancellationToken cancellationToken) =>
        _state.Store.Changed(seen).WaitAsync(cancellationToken);

    /// <summary>Forgets all writes so far: watches from before now get 410, as after a compaction.</summary>
    public void ForgetHistory() => _state.Store.ForgetHistory();

    /// <summary>Closes the port; the storage stays, the controllers go on.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _host, null) is { } host)
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops, if it runs, and starts again on the same port with the same storage.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await ListenAsync(_state.Port, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _controllers.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
        _authority.Dispose();
    }

    private async Task ListenAsync(int port, CancellationToken cancellationToken)
    {
        _host = await ServerHost.StartAsync(_state, _certificate, port, cancellationToken).ConfigureAwait(false);
        _state.Port = _host.Port;
    }

    private X509Certificate2 IssueServerCertificate(ServerCertificate variant)
    {
        string[] hosts = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc"];
        switch (variant)
        {
            case ServerCertificate.WrongHostName:
                return _authority.IssueServer(["elsewhere.example.com"], s_year);
            case ServerCertificate.Expired:
                return _authority.IssueServer(hosts, TimeSpan.FromHours(-1));
            case ServerCertificate.OtherAuthority:
                using (var other = new CertificateAuthority("other-ca"))
                {
                    return other.IssueServer(hosts, s_year);
                }

            default:
                return _authority.IssueServer(hosts, s_year);
        }
    }

    private ResourceKind KindOf(string apiVersion, string kind) =>
        _state.Kinds.FindByKind(apiVersion, kind)
        ?? throw new ArgumentException($"the cluster serves no {kind} in {apiVersion}", nameof(kind));
}
