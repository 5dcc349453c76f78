using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>What of a kubeconfig is honoured and what is refused. Nothing in it is passed over that kubectl would act upon.</summary>
internal static class KubeconfigRules
{
    /// <summary>Checks a context's cluster and user.</summary>
    /// <param name="kubeconfig">The kubeconfig files.</param>
    /// <param name="context">The context.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="user">Its user.</param>
    /// <returns>What a connection needs.</returns>
    public static ClusterSettings Settings(string kubeconfig, KubeconfigContext context, KubeconfigCluster cluster, KubeconfigUser user)
    {
        if (cluster.InsecureSkipTlsVerify)
        {
            throw Refused(
                cluster.File,
                $"switches off TLS checks for the cluster '{cluster.Name}' (insecure-skip-tls-verify), and this module always checks",
                "give the cluster's CA as certificate-authority or certificate-authority-data instead");
        }

        CheckUser(user);
        return new ClusterSettings
        {
            Server = Server(cluster),
            Context = context.Name,
            Kubeconfig = kubeconfig,
            Namespace = context.Namespace ?? "default",
            CertificateAuthority = cluster.CertificateAuthority,
            TlsServerName = cluster.TlsServerName,
            Proxy = Proxy(cluster),
            DisableCompression = cluster.DisableCompression,
            ExecConfig = cluster.ExecConfig,
            User = user,
        };
    }

    private static Uri Server(KubeconfigCluster cluster)
    {
        const string Remedy = "give it as https://HOST:PORT";
        if (cluster.Server is null)
        {
            throw Refused(cluster.File, $"names no server for the cluster '{cluster.Name}'", Remedy);
        }

        // As kubectl: a bare host means https here, since a kubeconfig with a CA or credentials is no use without it.
        var text = cluster.Server.Contains("://", StringComparison.Ordinal) ? cluster.Server : "https://" + cluster.Server;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Host.Length == 0 || server.Scheme is not ("https" or "http"))
        {
            throw Refused(
                cluster.File,
                $"gives the cluster '{cluster.Name}' the server '{OneLine.Clean(WithoutUserInfo(cluster.Server))}', which is no address",
                Remedy);
        }

        if (server.UserInfo.Length > 0 || server.Query.Length > 0 || server.Fragment.Length > 0)
        {
            throw Refused(cluster.File, $"gives the cluster '{cluster.Name}' a server with more than host, port and path", Remedy);
        }

        if (server.Scheme == "http" && !server.IsLoopback)
        {
            throw Refused(
                cluster.File,
                $"gives the cluster '{cluster.Name}' the server {server}, where credentials would travel in the clear",
                "use https; plain http is for loopback only");
        }

        return server;
    }

    private static Uri? Proxy(KubeconfigCluster cluster)
    {
        if (cluster.ProxyUrl is null)
        {
            return null;
        }

        if (
            Uri.TryCreate(cluster.ProxyUrl, UriKind.Absolute, out var proxy)
            && proxy.Host.Length > 0
            && proxy.Scheme is "http" or "https" or "socks5")
        {
            return proxy;
        }

        throw Refused(
            cluster.File,
            $"gives the cluster '{cluster.Name}' the proxy-url '{OneLine.Clean(WithoutUserInfo(cluster.ProxyUrl))}', which is no proxy's address",
            "give it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
        );
    }

    private static void CheckUser(KubeconfigUser user)
    {
        if (user.AuthProvider is not null)
        {
            throw Refused(
                user.File,
                $"has the user '{user.Name}' sign in through auth-provider '{user.AuthProvider}', which kubectl no longer has either",
                "write the kubeconfig anew with your cloud's tool, which puts an exec plugin in its place");
        }

        if (user.Username is not null && (user.Token ?? user.TokenFile) is not null)
        {
            throw Refused(user.File, $"gives the user '{user.Name}' both a token and a user name", "keep one of them");
        }

        if (!user.ClientCertificate.IsAbsent && user.ClientKey.IsAbsent)
        {
            throw Refused(
                user.File,
                $"gives the user '{user.Name}' a client certificate without its key",
                "add client-key or client-key-data");
        }

        if (user.ClientCertificate.IsAbsent && !user.ClientKey.IsAbsent)
        {
            throw Refused(
                user.File,
                $"gives the user '{user.Name}' a client key without its certificate",
                "add client-certificate or client-certificate-data");
        }

        if (user.Impersonation is { User: null })
        {
            throw Refused(
                user.File,
                $"has the user '{user.Name}' act as a group, UID or extra attribute but as no user",
                "add the user as 'as'");
        }

        if (
            user.Impersonation is { } impersonation
            && (impersonation.Groups.Count > 1 || impersonation.Extra.DistinctBy(pair => pair.Key).Count() < impersonation.Extra.Count))
        {
            throw Refused(
                user.File,
                $"has the user '{user.Name}' act with several groups, or several values of one extra attribute, which .NET cannot send",
                "name one group and one value each, or use a user that holds those rights itself");
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
            throw Refused(
                user.File,
                $"has an exec plugin for the user '{user.Name}' of version '{OneLine.Clean(exec.ApiVersion)}'",
                "write the kubeconfig anew for client.authentication.k8s.io/v1 or v1beta1");
        }

        if (exec.InteractiveMode == "Always")
        {
            throw Refused(
                user.File,
                $"has an exec plugin for the user '{user.Name}' that must be able to ask questions (interactiveMode: Always), and this module has no terminal to lend",
                "sign in another way, such as a token or a plugin that needs no answers");
        }
    }

    private static string WithoutUserInfo(string address) =>
        address.LastIndexOf('@') is var at and >= 0 ? "…" + address[at..] : address;

    private static MonitoringException Refused(string file, string fault, string remedy) => KubeconfigFile.Invalid(file, fault, remedy);
}
