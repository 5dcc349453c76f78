namespace MilvusMonitoring.Kubernetes;

/// <summary>Picks where a user's credential comes from.</summary>
internal static class CredentialSources
{
    /// <summary>Makes the source; reads the client certificate, but no token file, and starts no program.</summary>
    /// <param name="settings">The cluster and the user.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The source.</returns>
    public static ICredentialSource For(ClusterSettings settings, TimeProvider time)
    {
        var user = settings.User;
        var identity = user.ClientCertificate.IsAbsent ? null : PemFiles.ReadIdentity(user.ClientCertificate, user.ClientKey, $"the user '{user.Name}'");
        return user.TokenFile is null ? new FixedCredential(user, identity) : new TokenFileCredential(user, identity, time);
    }
}
