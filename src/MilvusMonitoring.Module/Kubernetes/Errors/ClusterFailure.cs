namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Tells failures that concern one object from those that would meet every other request just the same.</summary>
internal static class ClusterFailure
{
    public static bool AffectsEveryRequest(MonitoringException exception) => AffectsEveryRequest(exception.ErrorId);

    public static bool AffectsEveryRequest(string? errorId) => errorId
        is ErrorId.ClusterUnreachable
        or ErrorId.CertificateNotTrusted
        or ErrorId.NotAuthenticated
        or ErrorId.CredentialPluginFailed;

    /// <summary>Whether a failure may be of one object, but is the server's own when it meets several.</summary>
    public static bool IsServerFault(MonitoringException exception) => IsServerFault(exception.ErrorId);

    public static bool IsServerFault(string? errorId) => errorId is ErrorId.TimedOut or ErrorId.ServerFailed;
}
