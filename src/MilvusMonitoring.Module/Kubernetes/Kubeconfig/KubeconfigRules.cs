using System.Net;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>The rules for the values of a kubeconfig. A setting that kubectl honours is honoured or refused, never ignored.</summary>
internal static class KubeconfigRules
{
    /// <summary>Checks the cluster and the user of a context, and returns the settings of a connection.</summary>
    public static ClusterSettings CheckSettings(
        string kubeconfig,
        KubeconfigContext context,
        KubeconfigCluster cluster,
        KubeconfigUser user)
    {
        if (cluster.InsecureSkipTlsVerify)
        {
            throw CreateRefused(
                cluster.File,
                $"switches off TLS checks for the cluster '{cluster.Name}' (insecure-skip-tls-verify), and this module always checks",
                "give the cluster's CA as certificate-authority or certificate-authority-data instead");
        }

        CheckUser(user);
        return new ClusterSettings
        {
            Server = ParseServer(cluster),
            Context = context.Name,
            Kubeconfig = kubeconfig,
            Namespace = context.Namespace ?? "default",
            CertificateAuthority = cluster.CertificateAuthority,
            TlsServerName = cluster.TlsServerName,
            Proxy = ParseProxy(cluster),
            DisableCompression = cluster.DisableCompression,
            ExecConfig = cluster.ExecConfig,
            User = user,
        };
    }

    private static Uri ParseServer(KubeconfigCluster cluster)
    {
        const string Remedy = "give it as https://HOST:PORT";
        if (cluster.Server is null)
        {
            throw CreateRefused(cluster.File, $"names no server for the cluster '{cluster.Name}'", Remedy);
        }

        // As in kubectl, a bare host means https: a kubeconfig with a CA or credentials needs https.
        var text = cluster.Server.Contains("://", StringComparison.Ordinal) ? cluster.Server : "https://" + cluster.Server;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Host.Length == 0 || server.Scheme is not ("https" or "http"))
        {
            throw CreateRefused(
                cluster.File,
                $"gives the cluster '{cluster.Name}' the server '{OneLine.Clean(HideUserInfo(cluster.Server))}', which is not an address",
                Remedy);
        }

        if (server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
        {
            throw CreateRefused(cluster.File, $"gives the cluster '{cluster.Name}' a server with more than host, port and path", Remedy);
        }

        if (server.Scheme == "http" && !IsThisMachine(server))
        {
            throw CreateRefused(
                cluster.File,
                $"gives the cluster '{cluster.Name}' the server {server}, which would send Secrets unencrypted",
                "use https, or plain http for loopback only");
        }

        return server;
    }

    /// <summary>Whether a server is on this machine. A connection to an unspecified address, as k3d writes it, goes to loopback.</summary>
    private static bool IsThisMachine(Uri server) =>
        server.IsLoopback
        || (IPAddress.TryParse(server.IdnHost, out var address)
            && (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) is var plain
            && (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(plain)));

    private static Uri? ParseProxy(KubeconfigCluster cluster)
    {
        if (cluster.ProxyUrl is null)
        {
            return null;
        }

        var address = OneLine.Clean(HideUserInfo(cluster.ProxyUrl));
        return ClusterProxy.TryParse(cluster.ProxyUrl) ?? throw CreateRefused(
            cluster.File,
            $"gives the cluster '{cluster.Name}' the proxy-url '{address}', which is not the address of a proxy",
            "give it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT");
    }

    private static void CheckUser(KubeconfigUser user)
    {
        if (user.AuthProvider is not null)
        {
            throw CreateRefused(
                user.File,
                $"has the auth-provider '{user.AuthProvider}' for the user '{user.Name}', which kubectl no longer supports either",
                "write a new kubeconfig with your cloud's tool, which adds an exec plugin instead");
        }

        if (user.Username is not null && (user.Token ?? user.TokenFile) is not null)
        {
            throw CreateRefused(user.File, $"gives the user '{user.Name}' both a token and a user name", "keep one of them");
        }

        if (!user.ClientCertificate.IsAbsent && user.ClientKey.IsAbsent)
        {
            throw CreateRefused(
                user.File,
                $"gives the user '{user.Name}' a client certificate without its key",
                "add client-key or client-key-data");
        }

        if (user.ClientCertificate.IsAbsent && !user.ClientKey.IsAbsent)
        {
            throw CreateRefused(
                user.File,
                $"gives the user '{user.Name}' a client key without its certificate",
                "add client-certificate or client-certificate-data");
        }

        if (user.Impersonation is { User: null })
        {
            throw CreateRefused(
                user.File,
                $"impersonates a group, UID or extra attribute for the user '{user.Name}' without a user name",
                "add the user name as 'as'");
        }

        if (
            user.Impersonation is { } impersonation
            && (impersonation.Groups.Count > 1 || impersonation.Extra.DistinctBy(pair => pair.Key).Count() < impersonation.Extra.Count))
        {
            throw CreateRefused(
                user.File,
                $"impersonates several groups, or several values of one extra attribute, for the user '{user.Name}': .NET cannot send that",
                "name one group and one value each, or use a user that has these permissions itself");
        }

        if (user.Exec is not null)
        {
            CheckExec(user, user.Exec);
        }
    }

    private static void CheckExec(KubeconfigUser user, KubeconfigExec exec)
    {
        if (exec.ApiVersion is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw CreateRefused(
                user.File,
                $"has an exec plugin for the user '{user.Name}' of version '{OneLine.Clean(exec.ApiVersion)}'",
                "write a new kubeconfig for client.authentication.k8s.io/v1 or v1beta1");
        }

        if (exec.InteractiveMode == "Always" && user.UsesExec)
        {
            throw CreateRefused(
                user.File,
                $"has an exec plugin for the user '{user.Name}' that must prompt (interactiveMode: Always); this module has no terminal",
                "sign in another way, such as with a token or with a plugin that does not prompt");
        }
    }

    private static string HideUserInfo(string address) =>
        address.LastIndexOf('@') is var at and >= 0 ? "…" + address[at..] : address;

    private static MonitoringException CreateRefused(string file, string fault, string remedy) =>
        KubeconfigFile.CreateInvalid(file, fault, remedy);
}
