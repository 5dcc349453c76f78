namespace MilvusMonitoring.Kubernetes.Errors;

/// <summary>Tells failures that concern one object from those that would meet every other request just the same.</summary>
internal static class ClusterFailure
{
    public static bool IsOfTheWholeCluster(MonitoringException exception) => IsOfTheWholeCluster(exception.ErrorId);

    public static bool IsOfTheWholeCluster(string? errorId) => errorId
        is ErrorId.ClusterUnreachable
        or ErrorId.CertificateNotTrusted
        or ErrorId.NotAuthenticated
        or ErrorId.CredentialPluginFailed;

    /// <summary>Whether a failure may be of one object, but is the server's own when it meets several.</summary>
    public static bool MayBeOfTheServer(MonitoringException exception) => MayBeOfTheServer(exception.ErrorId);

    public static bool MayBeOfTheServer(string? errorId) => errorId is ErrorId.TimedOut or ErrorId.ServerFailed;
}
