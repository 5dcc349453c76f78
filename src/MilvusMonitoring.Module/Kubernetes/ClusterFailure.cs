namespace MilvusMonitoring.Kubernetes;

/// <summary>Tells failures that concern one object from those that would meet every other request just the same.</summary>
internal static class ClusterFailure
{
    public static bool IsOfTheWholeCluster(MonitoringException exception) => exception.ErrorId
        is ErrorId.ClusterUnreachable
        or ErrorId.CertificateNotTrusted
        or ErrorId.NotAuthenticated
        or ErrorId.CredentialPluginFailed
        or ErrorId.TimedOut
        or ErrorId.ServerFailed;
}
