namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>A file named in a kubeconfig, or its content, which wins.</summary>
/// <param name="Path">The full path, when one is given.</param>
/// <param name="Data">The content, when it is given.</param>
internal sealed record KubeconfigData(string? Path, byte[]? Data)
{
    /// <summary>Whether neither is given.</summary>
    public bool IsAbsent => Path is null && Data is null;
}

/// <summary>An entry of <c>clusters</c>.</summary>
internal sealed record KubeconfigCluster
{
    public required string Name { get; init; }

    public required string File { get; init; }

    public string? Server { get; init; }

    public required KubeconfigData CertificateAuthority { get; init; }

    public string? TlsServerName { get; init; }

    public bool InsecureSkipTlsVerify { get; init; }

    public string? ProxyUrl { get; init; }

    public bool DisableCompression { get; init; }

    /// <summary>What the extension <c>client.authentication.k8s.io/exec</c> holds, for exec plugins.</summary>
    public YamlNode? ExecConfig { get; init; }
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

    /// <summary>The name of an authentication provider of the kind that kubectl had before exec plugins.</summary>
    public string? AuthProvider { get; init; }
}

/// <summary>Whom to act as.</summary>
/// <param name="User">The user; null when only the others are given, which is refused.</param>
/// <param name="Uid">The user's UID.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Extra">Further attributes.</param>
internal sealed record Impersonation(
    string? User,
    string? Uid,
    IReadOnlyList<string> Groups,
    IReadOnlyList<KeyValuePair<string, string>> Extra);

/// <summary>The program that gives credentials.</summary>
internal sealed record KubeconfigExec
{
    public required string ApiVersion { get; init; }

    /// <summary>A name to be found on the path, or a full path.</summary>
    public required string Command { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public string? InstallHint { get; init; }

    public bool ProvideClusterInfo { get; init; }

    public string? InteractiveMode { get; init; }
}

/// <summary>An entry of <c>contexts</c>.</summary>
internal sealed record KubeconfigContext(string Name, string File, string? Cluster, string? User, string? Namespace);
