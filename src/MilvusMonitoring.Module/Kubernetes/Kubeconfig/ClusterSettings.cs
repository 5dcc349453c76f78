namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The cluster that the user named.</summary>
/// <param name="Kubeconfig">The path of a kubeconfig, or several as in <c>KUBECONFIG</c>; null for the default.</param>
/// <param name="Context">The context; null for the current one.</param>
internal sealed record ClusterTarget(string? Kubeconfig, string? Context)
{
    /// <summary>The full paths of the kubeconfig files, if they were found already; none for a pod's service account.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>The folder that the user is in; null for that of the process.</summary>
    public string? Folder { get; init; }
}

/// <summary>One cluster and one of its users: the checked settings of a connection.</summary>
internal sealed record ClusterSettings
{
    /// <summary>The address of the API server, which may have a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>The context's name; <c>in-cluster</c> for a pod's service account.</summary>
    public required string Context { get; init; }

    /// <summary>The kubeconfig files, in the form of <c>KUBECONFIG</c>; null for a pod's service account.</summary>
    public required string? Kubeconfig { get; init; }

    /// <summary>The namespace of the context.</summary>
    public required string Namespace { get; init; }

    /// <summary>The cluster's own certificate authority, PEM; absent for the authorities of the system.</summary>
    public required KubeconfigData CertificateAuthority { get; init; }

    /// <summary>The name that the server's certificate must hold; null for the server's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The proxy in the kubeconfig, if any.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether responses must not be compressed.</summary>
    public bool DisableCompression { get; init; }

    /// <summary>The settings for exec plugins in the cluster's entry.</summary>
    public YamlValue? ExecConfig { get; init; }

    public required KubeconfigUser User { get; init; }

    /// <summary>The folder in which exec plugins start, as those of kubectl would; null for that of the process.</summary>
    public string? Folder { get; init; }

    /// <summary>The address of a server as messages show it: without a slash at the end.</summary>
    public static string AddressOf(Uri server) => server.AbsoluteUri.TrimEnd('/');
}
