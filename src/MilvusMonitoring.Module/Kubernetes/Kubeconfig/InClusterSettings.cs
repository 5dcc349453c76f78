using System.Globalization;
using MilvusMonitoring.IO;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>Reads the settings of the cluster that this process runs in, from the pod's service account.</summary>
internal static class InClusterSettings
{
    /// <summary>The context's name in messages and for <c>-Context</c>.</summary>
    public const string ContextName = "in-cluster";

    /// <summary>Reads the folder of the service account. The token rotates, so that each request reads it.</summary>
    /// <param name="context">The context that the user named, if any.</param>
    public static ClusterSettings Read(KubeconfigLocations locations, string? context)
    {
        if (context is not (null or ContextName))
        {
            throw new MonitoringException(
                ErrorId.ContextNotFound,
                $"There is no kubeconfig with the context '{context}', only this pod's service account",
                "omit -Context, or give a path with -Kubeconfig",
                context);
        }

        var folder = locations.ServiceAccountFolder;
        var host = locations.ServiceHost!.Contains(':', StringComparison.Ordinal) ? $"[{locations.ServiceHost}]" : locations.ServiceHost;
        var address = string.Create(CultureInfo.InvariantCulture, $"https://{host}:{locations.ServicePort}");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server))
        {
            throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not an address "
                + $"({OneLine.Clean(host)}, {OneLine.Clean(locations.ServicePort)})",
                "give a path with -Kubeconfig",
                target: null);
        }

        var namespaceFile = Path.Combine(folder, "namespace");
        var namespaceName = File.Exists(namespaceFile) ? BoundedFile.ReadText(namespaceFile, Bounds.CredentialFile).Trim() : string.Empty;
        return new ClusterSettings
        {
            Server = server,
            Context = ContextName,
            Kubeconfig = null,
            Namespace = namespaceName.Length > 0 ? namespaceName : "default",
            CertificateAuthority = new KubeconfigData(Path.Combine(folder, "ca.crt"), null),
            User = new KubeconfigUser
            {
                Name = "service account",
                File = folder,
                ClientCertificate = new KubeconfigData(null, null),
                ClientKey = new KubeconfigData(null, null),
                TokenFile = Path.Combine(folder, "token"),
            },
        };
    }
}
