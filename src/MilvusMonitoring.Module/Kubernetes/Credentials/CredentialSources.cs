using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Picks where a user's credential comes from.</summary>
internal static class CredentialSources
{
    /// <summary>Makes the source; reads the client certificate, but no token file, and starts no program.</summary>
    /// <param name="settings">The cluster and the user.</param>
    /// <param name="pluginLimit">How long an exec plugin may run.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The source.</returns>
    public static ICredentialSource Create(ClusterSettings settings, TimeSpan pluginLimit, TimeProvider time)
    {
        var user = settings.User;
        var identity = user.ClientCertificate.IsAbsent
            ? null
            : PemFiles.ReadIdentity(user.ClientCertificate, user.ClientKey, $"user '{user.Name}'");
        return user switch
        {
            { TokenFile: not null } => new TokenFileCredential(user, identity, time),
            // As kubectl: a token or password in the kubeconfig wins over the plugin.
            { Exec: not null, Token: null, Username: null } => new ExecCredentialSource(settings, identity, pluginLimit, time),
            _ => new FixedCredential(user, identity),
        };
    }
}
