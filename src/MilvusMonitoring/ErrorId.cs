namespace MilvusMonitoring;

/// <summary>The stable ids of all errors of this module: <c>FullyQualifiedErrorId</c> begins with the id, then a comma.</summary>
public static class ErrorId
{
    /// <summary>There is no kubeconfig, and the command does not run in a pod.</summary>
    public const string KubeconfigNotFound = nameof(KubeconfigNotFound);

    /// <summary>The kubeconfig cannot be read, or uses a setting that the module refuses.</summary>
    public const string KubeconfigInvalid = nameof(KubeconfigInvalid);

    /// <summary>The kubeconfig does not have the named context, cluster or user.</summary>
    public const string ContextNotFound = nameof(ContextNotFound);

    /// <summary>The API server cannot be reached.</summary>
    public const string ClusterUnreachable = nameof(ClusterUnreachable);

    /// <summary>The API server's certificate is not trusted: unknown authority, other host name, or expired.</summary>
    public const string CertificateNotTrusted = nameof(CertificateNotTrusted);

    /// <summary>The API server, Prometheus, Alertmanager or Grafana rejected the credentials (401).</summary>
    public const string NotAuthenticated = nameof(NotAuthenticated);

    /// <summary>The exec plugin for credentials failed, hung or needs a prompt.</summary>
    public const string CredentialPluginFailed = nameof(CredentialPluginFailed);

    /// <summary>The user lacks a permission (403), or would grant a permission that the user does not have.</summary>
    public const string PermissionDenied = nameof(PermissionDenied);

    /// <summary>The API server returned a server error (429, 5xx and others), after retries if retries can help.</summary>
    public const string ServerFailed = nameof(ServerFailed);

    /// <summary>A request or a wait took longer than its limit.</summary>
    public const string TimedOut = nameof(TimedOut);

    /// <summary>The response is not a response of Kubernetes.</summary>
    public const string ResponseInvalid = nameof(ResponseInvalid);

    /// <summary>The file or folder with manifests does not exist.</summary>
    public const string ManifestNotFound = nameof(ManifestNotFound);

    /// <summary>A manifest is not valid YAML, or an object in it is not a Kubernetes object.</summary>
    public const string ManifestInvalid = nameof(ManifestInvalid);

    /// <summary>The archive is damaged, or unsafe to unpack.</summary>
    public const string ArchiveInvalid = nameof(ArchiveInvalid);

    /// <summary>The release is not in the module's catalog.</summary>
    public const string ReleaseUnknown = nameof(ReleaseUnknown);

    /// <summary>The release cannot be downloaded.</summary>
    public const string DownloadFailed = nameof(DownloadFailed);

    /// <summary>The content of the release does not match the catalog.</summary>
    public const string ReleaseNotVerified = nameof(ReleaseNotVerified);

    /// <summary>The cluster does not serve a kind of the manifests.</summary>
    public const string KindNotFound = nameof(KindNotFound);

    /// <summary>Another field manager owns a field with another value, or another stack holds the object.</summary>
    public const string FieldConflict = nameof(FieldConflict);

    /// <summary>The API server rejects the object as invalid, for example because an immutable field was changed.</summary>
    public const string ObjectInvalid = nameof(ObjectInvalid);

    /// <summary>A required object is not in the cluster.</summary>
    public const string ObjectNotFound = nameof(ObjectNotFound);

    /// <summary>The object exists already, or was changed at the same time.</summary>
    public const string ObjectChanged = nameof(ObjectChanged);

    /// <summary>The namespace is being deleted.</summary>
    public const string NamespaceTerminating = nameof(NamespaceTerminating);

    /// <summary>A CRD did not become established.</summary>
    public const string DefinitionNotEstablished = nameof(DefinitionNotEstablished);

    /// <summary>An object did not become ready in time, or cannot become ready.</summary>
    public const string NotReady = nameof(NotReady);

    /// <summary>An object was not deleted in time; the message names what blocks the deletion.</summary>
    public const string DeletionBlocked = nameof(DeletionBlocked);

    /// <summary>The cluster has no kube-prometheus stack.</summary>
    public const string StackNotFound = nameof(StackNotFound);

    /// <summary>The cluster has several kube-prometheus stacks, and none is named.</summary>
    public const string StackAmbiguous = nameof(StackAmbiguous);

    /// <summary>Another monitoring is in the cluster, which an installation would disturb.</summary>
    public const string OtherMonitoring = nameof(OtherMonitoring);

    /// <summary>The role belongs to a platform or a tool that undoes the changes of others.</summary>
    public const string RoleManaged = nameof(RoleManaged);

    /// <summary>The rules of the role come from other roles (aggregation), so that an added rule would not last.</summary>
    public const string RoleAggregated = nameof(RoleAggregated);

    /// <summary>The command asks for confirmation, and nobody can answer.</summary>
    public const string ConfirmationImpossible = nameof(ConfirmationImpossible);

    /// <summary>The cluster has no Milvus of that name.</summary>
    public const string InstanceNotFound = nameof(InstanceNotFound);

    /// <summary>Several namespaces have a Milvus of that name.</summary>
    public const string InstanceAmbiguous = nameof(InstanceAmbiguous);

    /// <summary>The Milvus is of another publisher's chart, or of a kind that only old versions of the Milvus Operator have.</summary>
    public const string InstanceNotSupported = nameof(InstanceNotSupported);

    /// <summary>The Helm release is not deployed: it failed, or an operation is under way or was aborted.</summary>
    public const string ReleaseNotDeployed = nameof(ReleaseNotDeployed);

    /// <summary>The configuration of the Milvus turns metrics off.</summary>
    public const string MetricsDisabled = nameof(MetricsDisabled);

    /// <summary>The Service has no pods (ExternalName, no selector) or no TCP port.</summary>
    public const string ServiceNotForwardable = nameof(ServiceNotForwardable);

    /// <summary>The local port is in use, or listening on it is not allowed.</summary>
    public const string PortNotAvailable = nameof(PortNotAvailable);

    /// <summary>No port-forward of this process has the number or the Service.</summary>
    public const string PortForwardNotFound = nameof(PortForwardNotFound);

    /// <summary>A check of Test-MilvusMonitoring failed.</summary>
    public const string CheckFailed = nameof(CheckFailed);

    /// <summary>No check failed, but the check that proves that Prometheus scrapes a Milvus has an unknown result.</summary>
    public const string NotProven = nameof(NotProven);

    /// <summary>Prometheus, Alertmanager or Grafana does not respond.</summary>
    public const string ServiceUnreachable = nameof(ServiceUnreachable);

    /// <summary>helm is not found, or cannot be run.</summary>
    public const string HelmNotFound = nameof(HelmNotFound);

    /// <summary>The helm program is older than 3.14.</summary>
    public const string HelmTooOld = nameof(HelmTooOld);

    /// <summary>helm ended with an error.</summary>
    public const string HelmFailed = nameof(HelmFailed);

    /// <summary>The Alertmanager would refuse the receiver, or has a configuration that cannot hold it.</summary>
    public const string ReceiverNotAccepted = nameof(ReceiverNotAccepted);

    /// <summary>There is no alert receiver of that name.</summary>
    public const string ReceiverNotFound = nameof(ReceiverNotFound);

    /// <summary>A test alert reached nobody, or a notification failed.</summary>
    public const string AlertNotDelivered = nameof(AlertNotDelivered);

    /// <summary>The file is not a dashboard of Grafana, is too large, or Grafana has no place for it.</summary>
    public const string DashboardInvalid = nameof(DashboardInvalid);

    /// <summary>Grafana has another dashboard with the same uid or title, which this module did not make.</summary>
    public const string DashboardTaken = nameof(DashboardTaken);

    /// <summary>There is no dashboard of that name.</summary>
    public const string DashboardNotFound = nameof(DashboardNotFound);

    /// <summary>Parameters contradict each other, or a value is out of range.</summary>
    public const string ParameterInvalid = nameof(ParameterInvalid);

    /// <summary>The file cannot be written, or exists already.</summary>
    public const string FileNotWritten = nameof(FileNotWritten);

    /// <summary>A fault of this module; please report it.</summary>
    public const string Unexpected = nameof(Unexpected);
}
