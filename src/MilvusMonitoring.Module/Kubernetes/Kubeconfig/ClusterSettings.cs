namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>One cluster and one user of it: all that a connection needs, checked.</summary>
internal sealed record ClusterSettings
{
    /// <summary>The API server, with a path where it stands behind one.</summary>
    public required Uri Server { get; init; }

    /// <summary>The context's name; <c>in-cluster</c> for a pod's service account.</summary>
    public required string Context { get; init; }

    /// <summary>The kubeconfig files, in the form of <c>KUBECONFIG</c>; null for a pod's service account.</summary>
    public required string? Kubeconfig { get; init; }

    /// <summary>The namespace of the context.</summary>
    public required string Namespace { get; init; }

    /// <summary>The cluster's own certificate authority, PEM; null for those that the system trusts.</summary>
    public required KubeconfigData CertificateAuthority { get; init; }

    /// <summary>The name that the server's certificate must be made out for, where it is not the server's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The proxy that the kubeconfig names.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether answers must not be compressed.</summary>
    public bool DisableCompression { get; init; }

    /// <summary>What the cluster's entry has for exec plugins.</summary>
    public YamlNode? ExecConfig { get; init; }

    /// <summary>The user and its credentials.</summary>
    public required KubeconfigUser User { get; init; }

    /// <summary>A server's address as it is shown.</summary>
    /// <param name="server">The server.</param>
    /// <returns>The address without a slash at its end.</returns>
    public static string AddressOf(Uri server) => server.AbsoluteUri.TrimEnd('/');
}
