using System.Net.Http.Headers;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>What shows the API server who asks: a header, a client certificate, both or neither.</summary>
/// <param name="Authorization">The header.</param>
/// <param name="Identity">The client certificate.</param>
internal sealed record ClusterCredential(AuthenticationHeaderValue? Authorization, ClientIdentity? Identity)
{
    /// <summary>A header with a bearer token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="origin">Where it comes from, for the message; never the token.</param>
    /// <returns>The header.</returns>
    public static AuthenticationHeaderValue Bearer(string token, string origin)
    {
        var trimmed = token.Trim();
        return trimmed.Length > 0 && !trimmed.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? new AuthenticationHeaderValue("Bearer", trimmed)
            : throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                $"The token from {origin} is {(trimmed.Length == 0 ? "empty" : "no token: it holds spaces or other characters that no token has")}",
                "sign in again to get a new one",
                origin);
    }

    /// <summary>Hides what must not be shown.</summary>
    /// <returns>The kinds of credential.</returns>
    public override string ToString() =>
        $"{Authorization?.Scheme ?? "no header"}, {(Identity is null ? "no client certificate" : "client certificate")}";
}

/// <summary>Where a connection's credential comes from.</summary>
internal interface ICredentialSource : IDisposable
{
    /// <summary>The credential to use now.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The credential.</returns>
    ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken);

    /// <summary>Gets another credential after the server refused one.</summary>
    /// <param name="rejected">The one that was refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Another credential, or null when there is none but that.</returns>
    ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken);
}
