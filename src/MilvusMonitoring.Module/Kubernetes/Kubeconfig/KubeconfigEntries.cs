namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>A file that a kubeconfig names, or inline content, which takes precedence.</summary>
/// <param name="Path">The full path, if the kubeconfig names a file.</param>
/// <param name="Data">The inline content, if there is any.</param>
internal sealed record KubeconfigData(string? Path, byte[]? Data)
{
    public bool IsAbsent => Path is null && Data is null;
}

/// <summary>An entry of <c>clusters</c>.</summary>
internal sealed record KubeconfigCluster
{
    public required string Name { get; init; }

    public required string File { get; init; }

    public string? Server { get; init; }

    /// <summary>Whether the server is reached without TLS, as <c>kubectl proxy</c> is.</summary>
    public bool IsUnencrypted => Server?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) == true;

    public required KubeconfigData CertificateAuthority { get; init; }

    public string? TlsServerName { get; init; }

    public bool InsecureSkipTlsVerify { get; init; }

    public string? ProxyUrl { get; init; }

    public bool DisableCompression { get; init; }

    /// <summary>The content of the extension <c>client.authentication.k8s.io/exec</c>, for exec plugins.</summary>
    public YamlValue? ExecConfig { get; init; }
}

/// <summary>An entry of <c>users</c>.</summary>
internal sealed record KubeconfigUser
{
    public required string Name { get; init; }

    public required string File { get; init; }

    public required KubeconfigData ClientCertificate { get; init; }

    public required KubeconfigData ClientKey { get; init; }

    public string? Token { get; init; }

    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public Impersonation? Impersonation { get; init; }

    public KubeconfigExec? Exec { get; init; }

    /// <summary>The name of an authentication provider, which kubectl had before exec plugins.</summary>
    public string? AuthProvider { get; init; }

    /// <summary>Whether the exec plugin runs: as in kubectl, every other credential takes precedence.</summary>
    public bool UsesExec => Exec is not null && Token is null && TokenFile is null && Username is null && ClientCertificate.IsAbsent;

    /// <summary>
    /// The user of a server without TLS. As in kubectl, no credential is sent there, and the context needs no user.
    /// </summary>
    public static KubeconfigUser Anonymous(KubeconfigContext context) => new()
    {
        Name = context.User ?? "",
        File = context.File,
        ClientCertificate = new KubeconfigData(null, null),
        ClientKey = new KubeconfigData(null, null),
    };
}

/// <summary>The user, group and attributes that a user acts as.</summary>
/// <param name="User">The user. Null, with other values set, is refused.</param>
internal sealed record Impersonation(
    string? User,
    string? Uid,
    IReadOnlyList<string> Groups,
    IReadOnlyList<KeyValuePair<string, string>> Extra);

/// <summary>An exec plugin: a program that prints credentials.</summary>
internal sealed record KubeconfigExec
{
    public required string ApiVersion { get; init; }

    /// <summary>A name of a program on the PATH, or a full path.</summary>
    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public string? InstallHint { get; init; }

    public bool ProvideClusterInfo { get; init; }

    public string? InteractiveMode { get; init; }
}

/// <summary>An entry of <c>contexts</c>.</summary>
internal sealed record KubeconfigContext(string Name, string File, string? Cluster, string? User, string? Namespace);
