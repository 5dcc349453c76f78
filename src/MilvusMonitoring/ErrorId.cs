namespace MilvusMonitoring;

/// <summary>The stable ids of every error of this module, as they stand in <c>FullyQualifiedErrorId</c> before the comma.</summary>
public static class ErrorId
{
    /// <summary>No kubeconfig where one was looked for, and not inside a cluster.</summary>
    public const string KubeconfigNotFound = nameof(KubeconfigNotFound);

    /// <summary>A kubeconfig that cannot be read, or asks for something that is refused.</summary>
    public const string KubeconfigInvalid = nameof(KubeconfigInvalid);

    /// <summary>The context, cluster or user named is not in the kubeconfig.</summary>
    public const string ContextNotFound = nameof(ContextNotFound);

    /// <summary>The API server cannot be reached.</summary>
    public const string ClusterUnreachable = nameof(ClusterUnreachable);

    /// <summary>The API server's certificate is not trusted: other authority, other host, or out of date.</summary>
    public const string CertificateNotTrusted = nameof(CertificateNotTrusted);

    /// <summary>The API server, Prometheus or Grafana does not accept the credentials (401).</summary>
    public const string NotAuthenticated = nameof(NotAuthenticated);

    /// <summary>The exec plugin that should give credentials failed, hung or wanted to prompt.</summary>
    public const string CredentialPluginFailed = nameof(CredentialPluginFailed);

    /// <summary>The caller lacks a permission (403), or would hand out more than it holds.</summary>
    public const string PermissionDenied = nameof(PermissionDenied);

    /// <summary>The API server answered with an error of its own (429, 5xx and the like), after the retries where they help.</summary>
    public const string ServerFailed = nameof(ServerFailed);

    /// <summary>A request or a wait took longer than its limit.</summary>
    public const string TimedOut = nameof(TimedOut);

    /// <summary>The server answered with something that is no Kubernetes answer.</summary>
    public const string ResponseInvalid = nameof(ResponseInvalid);

    /// <summary>The file or folder with manifests is not there.</summary>
    public const string ManifestNotFound = nameof(ManifestNotFound);

    /// <summary>A manifest that is no valid YAML, or whose objects are not Kubernetes objects.</summary>
    public const string ManifestInvalid = nameof(ManifestInvalid);

    /// <summary>An archive that is damaged or unsafe to unpack.</summary>
    public const string ArchiveInvalid = nameof(ArchiveInvalid);

    /// <summary>The release is not in the module's catalog.</summary>
    public const string ReleaseUnknown = nameof(ReleaseUnknown);

    /// <summary>A release cannot be downloaded.</summary>
    public const string DownloadFailed = nameof(DownloadFailed);

    /// <summary>A release whose content is not what the catalog says it is.</summary>
    public const string ReleaseNotVerified = nameof(ReleaseNotVerified);

    /// <summary>The cluster does not know a kind that the manifests hold.</summary>
    public const string KindNotFound = nameof(KindNotFound);

    /// <summary>Other field managers own fields with other values.</summary>
    public const string FieldConflict = nameof(FieldConflict);

    /// <summary>The API server finds the object invalid, an immutable field changed among the reasons.</summary>
    public const string ObjectInvalid = nameof(ObjectInvalid);

    /// <summary>An object that is needed is not in the cluster.</summary>
    public const string ObjectNotFound = nameof(ObjectNotFound);

    /// <summary>The object is there already or was changed in between.</summary>
    public const string ObjectChanged = nameof(ObjectChanged);

    /// <summary>The namespace is being deleted.</summary>
    public const string NamespaceTerminating = nameof(NamespaceTerminating);

    /// <summary>A custom resource definition did not become established.</summary>
    public const string DefinitionNotEstablished = nameof(DefinitionNotEstablished);

    /// <summary>Something did not become ready in time, or will never be.</summary>
    public const string NotReady = nameof(NotReady);

    /// <summary>An object is not gone in time, with what holds it.</summary>
    public const string DeletionBlocked = nameof(DeletionBlocked);

    /// <summary>No kube-prometheus stack is found in the cluster.</summary>
    public const string StackNotFound = nameof(StackNotFound);

    /// <summary>A role whose rules the cluster gathers from other roles, so that a rule added to it would not last.</summary>
    public const string RoleAggregated = nameof(RoleAggregated);

    /// <summary>A command asks before it goes ahead, and there is nobody to answer.</summary>
    public const string ConfirmationImpossible = nameof(ConfirmationImpossible);

    /// <summary>No Milvus of that name is found in the cluster.</summary>
    public const string InstanceNotFound = nameof(InstanceNotFound);

    /// <summary>Several namespaces have a Milvus of that name.</summary>
    public const string InstanceAmbiguous = nameof(InstanceAmbiguous);

    /// <summary>The Helm release is not deployed: it failed, or an operation on it is under way or was broken off.</summary>
    public const string ReleaseNotDeployed = nameof(ReleaseNotDeployed);

    /// <summary>The Milvus is set to serve no metrics.</summary>
    public const string MetricsDisabled = nameof(MetricsDisabled);

    /// <summary>A Service that has no pods to forward to, or no TCP port: ExternalName, no selector, UDP only.</summary>
    public const string ServiceNotForwardable = nameof(ServiceNotForwardable);

    /// <summary>The local port is in use, or may not be listened on.</summary>
    public const string PortNotAvailable = nameof(PortNotAvailable);

    /// <summary>No port-forward of this session has that number or service.</summary>
    public const string PortForwardNotFound = nameof(PortForwardNotFound);

    /// <summary>A link of the chain from the API server to a fresh sample of Milvus is broken.</summary>
    public const string CheckFailed = nameof(CheckFailed);

    /// <summary>No link is broken, but what would prove that a Milvus is scraped could not be looked at.</summary>
    public const string NotProven = nameof(NotProven);

    /// <summary>Prometheus or Grafana does not answer.</summary>
    public const string ServiceUnreachable = nameof(ServiceUnreachable);

    /// <summary>There is no helm where one was looked for, or it cannot be run.</summary>
    public const string HelmNotFound = nameof(HelmNotFound);

    /// <summary>The helm that was found is older than this module can work with.</summary>
    public const string HelmTooOld = nameof(HelmTooOld);

    /// <summary>Helm ended with an error.</summary>
    public const string HelmFailed = nameof(HelmFailed);

    /// <summary>Parameters that contradict each other or are out of range.</summary>
    public const string ParameterInvalid = nameof(ParameterInvalid);

    /// <summary>A file cannot be written or is there already.</summary>
    public const string FileNotWritten = nameof(FileNotWritten);

    /// <summary>A fault of this module: please report it.</summary>
    public const string Unexpected = nameof(Unexpected);
}
