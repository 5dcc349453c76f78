using System.Net.Http.Headers;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>The credential of one user: a header, a client certificate, both or neither.</summary>
internal sealed record ClusterCredential(AuthenticationHeaderValue? Authorization, ClientIdentity? Identity)
{
    /// <summary>Creates the header of a bearer token.</summary>
    /// <param name="origin">The origin of the token, for the message.</param>
    public static AuthenticationHeaderValue CreateBearer(string token, string origin)
    {
        var trimmed = token.Trim();
        if (trimmed.Length > 0 && !trimmed.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return new AuthenticationHeaderValue("Bearer", trimmed);
        }

        var fault = trimmed.Length == 0 ? "is empty" : "holds spaces or other characters that no token has";
        throw new MonitoringException(
            ErrorId.KubeconfigInvalid,
            $"The token from {origin} {fault}",
            "sign in again to get a new one",
            origin);
    }

    /// <summary>The kinds of the credential, without any secret.</summary>
    public override string ToString() =>
        $"{Authorization?.Scheme ?? "no header"}, {(Identity is null ? "no client certificate" : "client certificate")}";
}

/// <summary>The source of a connection's credential.</summary>
internal interface ICredentialSource : IDisposable
{
    /// <summary>Gets the current credential.</summary>
    ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken);

    /// <summary>Gets another credential after the server rejected one; null if the source has no other.</summary>
    ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken);
}
