using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Chooses the source of a user's credential.</summary>
internal static class CredentialSources
{
    /// <summary>Creates the source. This reads the client certificate, but no token file, and starts no program.</summary>
    /// <param name="pluginLimit">The time limit of an exec plugin.</param>
    public static ICredentialSource Create(ClusterSettings settings, TimeSpan pluginLimit, TimeProvider time)
    {
        var user = settings.User;
        var identity = user.ClientCertificate.IsAbsent
            ? null
            : PemFiles.ReadIdentity(user.ClientCertificate, user.ClientKey, $"user '{user.Name}'");
        return user switch
        {
            { TokenFile: not null } => new TokenFileCredential(user, identity, time),
            { UsesExec: true } => new ExecCredentialSource(settings, pluginLimit, time),
            _ => new FixedCredential(user, identity),
        };
    }
}
