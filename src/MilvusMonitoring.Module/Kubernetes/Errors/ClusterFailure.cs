namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Separates failures of one object from failures that every other request would have too.</summary>
internal static class ClusterFailure
{
    public static bool AffectsEveryRequest(MonitoringException exception) => AffectsEveryRequest(exception.ErrorId);

    public static bool AffectsEveryRequest(string? errorId) => errorId
        is ErrorId.ClusterUnreachable
        or ErrorId.CertificateNotTrusted
        or ErrorId.NotAuthenticated
        or ErrorId.CredentialPluginFailed;

    /// <summary>Whether a failure is the server's if several objects have it. One object alone may cause it too.</summary>
    public static bool IsServerFault(MonitoringException exception) => IsServerFault(exception.ErrorId);

    public static bool IsServerFault(string? errorId) => errorId is ErrorId.TimedOut or ErrorId.ServerFailed;
}
