using System.Net.Http.Headers;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A credential that stands in the kubeconfig: token, user name and password, client certificate, or none.</summary>
internal sealed class FixedCredential : ICredentialSource
{
    private readonly ClusterCredential _credential;

    /// <summary>Takes the credential from a user's entry.</summary>
    /// <param name="user">The user.</param>
    /// <param name="identity">The user's client certificate, taken over.</param>
    public FixedCredential(KubeconfigUser user, ClientIdentity? identity) => _credential = new ClusterCredential(Header(user), identity);

    /// <inheritdoc />
    public ValueTask<ClusterCredential> GetAsync(CancellationToken cancellationToken) => new(_credential);

    /// <inheritdoc />
    public ValueTask<ClusterCredential?> RenewAsync(ClusterCredential rejected, CancellationToken cancellationToken) =>
        new((ClusterCredential?)null);

    /// <inheritdoc />
    public void Dispose() => _credential.Identity?.Dispose();

    private static AuthenticationHeaderValue? Header(KubeconfigUser user)
    {
        if (user.Token is not null)
        {
            return ClusterCredential.Bearer(user.Token, $"the user '{user.Name}' in {user.File}");
        }

        return user.Username is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}")));
    }
}
