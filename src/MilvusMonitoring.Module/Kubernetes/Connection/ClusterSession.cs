using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// What leads to one API server as one user: whom to trust, how to prove who asks, and the open connections. Safe for many at once.
/// </summary>
internal sealed class ClusterSession : IDisposable
{
    private readonly object _lock = new();
    private readonly List<ClusterTransport> _transports = [];

    /// <summary>Prepares it; touches no network and starts no program.</summary>
    /// <param name="settings">The cluster and the user.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    /// <param name="time">The clock.</param>
    public ClusterSession(ClusterSettings settings, Uri? proxy, TimeProvider time)
    {
        Settings = settings;
        Proxy = proxy;
        Check = new ServerCertificateCheck(
            settings.TlsServerName ?? settings.Server.IdnHost.Trim('[', ']'),
            settings.CertificateAuthority.IsAbsent ? null : PemFiles.ReadBundle(settings.CertificateAuthority, "the cluster's CA"),
            time);
        Credentials = CredentialSources.Create(settings, ExecCredentialPlugin.DefaultLimit, time);
    }

    /// <summary>The cluster and the user.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>The proxy that leads to it, if any.</summary>
    public Uri? Proxy { get; }

    /// <summary>The check of the server's certificate.</summary>
    public ServerCertificateCheck Check { get; }

    /// <summary>Where credentials come from.</summary>
    public ICredentialSource Credentials { get; }

    /// <summary>The connections for a client certificate: another one needs connections of its own.</summary>
    public ClusterTransport TransportFor(ClientIdentity? identity)
    {
        lock (_lock)
        {
            if (_transports.Find(transport => ReferenceEquals(transport.Identity, identity)) is { } known)
            {
                return known;
            }

            var transport = new ClusterTransport(Settings, Proxy, Check, identity);
            _transports.Add(transport);
            return transport;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _transports.ForEach(transport => transport.Dispose());
        Credentials.Dispose();
    }
}
