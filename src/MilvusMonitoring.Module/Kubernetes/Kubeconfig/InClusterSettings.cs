using System.Globalization;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The cluster that a pod runs in, by its service account.</summary>
internal static class InClusterSettings
{
    /// <summary>The name that stands for a context.</summary>
    public const string ContextName = "in-cluster";

    /// <summary>Reads the service account's folder. The token is read when it is used, since it rotates.</summary>
    /// <param name="places">Where the pod finds its service account.</param>
    /// <param name="context">The context that the user named, if any.</param>
    /// <returns>The cluster and the service account.</returns>
    public static ClusterSettings Read(KubeconfigLocations places, string? context)
    {
        if (context is not (null or ContextName))
        {
            throw new MonitoringException(
                ErrorId.ContextNotFound,
                $"There is no kubeconfig to hold the context '{context}', only this pod's service account",
                "leave -Context out, or give a path with -Kubeconfig",
                context);
        }

        var folder = places.ServiceAccountFolder;
        var host = places.ServiceHost!.Contains(':', StringComparison.Ordinal) ? $"[{places.ServiceHost}]" : places.ServiceHost;
        if (
            !Uri.TryCreate(
                string.Create(CultureInfo.InvariantCulture, $"https://{host}:{places.ServicePort}"),
                UriKind.Absolute,
                out var server))
        {
            throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                $"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT give no address ({OneLine.Clean(host)}, {OneLine.Clean(places.ServicePort)})",
                "give a path with -Kubeconfig",
                target: null);
        }

        var namespaceFile = Path.Combine(folder, "namespace");
        return new ClusterSettings
        {
            Server = server,
            Context = ContextName,
            Kubeconfig = null,
            Namespace = File.Exists(namespaceFile) && File.ReadAllText(namespaceFile).Trim() is { Length: > 0 } name ? name : "default",
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
