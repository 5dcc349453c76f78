using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// What commands share for one API server and one user: the trusted authorities, the credentials and the open connections. Safe for
/// parallel use.
/// </summary>
internal sealed class ClusterSession : IDisposable
{
    private readonly object _lock = new();
    private readonly List<ClusterTransport> _transports = [];
    private readonly ClusterSettings _settings;
    private readonly ServerCertificateCheck _check;

    /// <summary>Creates the session. No connection is opened and no program is started yet.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    public ClusterSession(ClusterSettings settings, Uri? proxy, TimeProvider time)
    {
        _settings = settings;
        Proxy = proxy;
        _check = new ServerCertificateCheck(
            settings.TlsServerName ?? settings.Server.IdnHost.Trim('[', ']'),
            settings.CertificateAuthority.IsAbsent ? null : PemFiles.ReadBundle(settings.CertificateAuthority, "the cluster's CA"),
            time);
        Credentials = CredentialSources.Create(settings, ExecCredentialPlugin.DefaultLimit, time);
    }

    /// <summary>The proxy on the way to the server, if any.</summary>
    public Uri? Proxy { get; }

    public ICredentialSource Credentials { get; }

    /// <summary>
    /// What commands of the session have noted for later ones, by the type of the note. The cluster may have changed since then, so a note
    /// may only decide what is read early.
    /// </summary>
    public ConcurrentDictionary<Type, object> Notes { get; } = new();

    /// <summary>Gets the connections for a client certificate. Each certificate needs connections of its own.</summary>
    /// <exception cref="MonitoringException">The system does not take the certificate's key.</exception>
    public async ValueTask<ClusterTransport> GetTransportAsync(ClientIdentity? identity, CancellationToken cancellationToken)
    {
        if (FindTransport(identity) is { } known)
        {
            return known;
        }

        var tls = identity is null ? null : await identity.GetTlsContextAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (FindTransport(identity) is { } other)
            {
                return other;
            }

            var transport = new ClusterTransport(_settings, Proxy, _check, identity, tls);
            _transports.Add(transport);
            return transport;
        }
    }

    public void Dispose()
    {
        _transports.ForEach(transport => transport.Dispose());
        Credentials.Dispose();
    }

    private ClusterTransport? FindTransport(ClientIdentity? identity)
    {
        lock (_lock)
        {
            return _transports.Find(transport => ReferenceEquals(transport.Identity, identity));
        }
    }
}
